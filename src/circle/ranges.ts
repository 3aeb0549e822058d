/** A stretch of a window's rows as one page asks for it: the places `start` up to, not including, `start + perPage`. */
export interface Range {
  readonly page: number;
  readonly perPage: number;
  readonly start: number;
}

/**
 * How many rows a range shares with the one before, at least. One shared row shows that nothing moved between the two
 * requests; the second lets the shared rows begin before a group of equal timestamps that the border cuts.
 */
const SHARED_ROWS = 2;

/** Ranges of fewer rows than this cannot overlap and still be worth asking for. */
export const SMALLEST_RANGED_PAGE = 8;

/** The range at the start of a window. */
export function firstRange(perPage: number): Range {
  return { page: 1, perPage, start: 0 };
}

/**
 * The page to ask for so that it begins a little before `end`, the place up to which rows are known, and goes beyond.
 * A page begins at a multiple of its size, so the size shrinks by about a row for each page of depth.
 *
 * @param size the largest page that the server gives
 * @returns null where no page does that and brings at least half a page of new rows
 */
export function nextRange(end: number, size: number): Range | null {
  const latestStart = end - SHARED_ROWS;
  if (size < SMALLEST_RANGED_PAGE || latestStart <= 0) return null;
  const pagesBefore = Math.ceil(latestStart / size);
  const perPage = Math.floor(latestStart / pagesBefore);
  const start = pagesBefore * perPage;
  if (start + perPage - end < size / 2) return null;
  return { page: pagesBefore + 1, perPage, start };
}

/** Up to `count` ranges that begin with `first` and overlap, each with the one before. */
export function rangesFrom(first: Range, count: number, size: number): Range[] {
  const ranges = [first];
  for (let range: Range | null = first; ranges.length < count; ranges.push(range)) {
    range = nextRange(range.start + range.perPage, size);
    if (range === null) break;
  }
  return ranges;
}
