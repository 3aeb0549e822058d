/** A stretch of an anchor's rows as one page asks for it: the places `start` up to, not including, `start + perPage`. */
export interface Range {
  readonly page: number;
  readonly perPage: number;
  readonly start: number;
}

/**
 * How many rows a range shares with the one before, at least. One shared row shows that nothing moved between the two
 * requests; the second lets the shared rows begin before a group of equal timestamps that the border cuts.
 */
export const SHARED_ROWS = 2;

/** Ranges of fewer rows than this cannot overlap and still be worth asking for. */
export const SMALLEST_RANGED_PAGE = 8;

/**
 * The page to ask for so that it begins `shared` rows before `end`, the place up to which rows are known, or a little
 * earlier, and goes beyond as far as it can. A page begins at a multiple of its size: either the size shrinks until a
 * page begins there, or a whole page begins earlier.
 *
 * @param size the largest page that the server gives
 * @returns null where no page does that and brings at least a quarter of a page of new rows
 */
export function nextRange(end: number, size: number, shared: number): Range | null {
  const latestStart = end - shared;
  if (size < SMALLEST_RANGED_PAGE || latestStart < 0) return null;
  const whole = rangeBehind(Math.floor(latestStart / size), size);
  const pagesBefore = Math.ceil(latestStart / size);
  const fitted = pagesBefore === 0 ? whole : rangeBehind(pagesBefore, Math.floor(latestStart / pagesBefore));
  const best = endOf(fitted) > endOf(whole) ? fitted : whole;
  return endOf(best) - end < size / 4 ? null : best;
}

function rangeBehind(pagesBefore: number, perPage: number): Range {
  return { page: pagesBefore + 1, perPage, start: pagesBefore * perPage };
}

/** The place behind its last row. */
export function endOf({ start, perPage }: Range): number {
  return start + perPage;
}
