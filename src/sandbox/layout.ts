/** How many rows each page of a walk holds: usually as many as asked for, but faults make some pages short or empty. */
export interface Layout {
  /** Rows on each page that no fault changes. */
  readonly perPage: number;
  /** Rows on a page (counted from 1) where they may differ from page to page; null where all are alike. */
  readonly sizeOf: ((page: number) => number) | null;
}

/** Where a page lies: ranks in the walk's order, the second excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Where a page lies. What a short page leaves out comes on the next one: no row is lost to a layout.
 *
 * @param rows how many rows there are at most: where that is passed, the place does not matter
 */
export function spanOf({ perPage, sizeOf }: Layout, page: number, rows: number): Span {
  if (sizeOf === null) return { from: (page - 1) * perPage, to: page * perPage };
  let from = 0;
  for (let before = 1; before < page && from <= rows; before++) from += sizeOf(before);
  return { from, to: from + sizeOf(page) };
}
