import { fractionDigits, parseInstant, type Instant } from '../base/instant.js';
import type { Page } from './page.js';

/** What the walk has to know of a page's rows: who they are and when they were created. */
export interface Sighting {
  readonly ids: readonly string[];
  /** `created_at` of each row; null where it is missing or no timestamp. */
  readonly instants: readonly (Instant | null)[];
  /** Instants of the first and of the latest row that has one. */
  readonly first: Instant | null;
  readonly last: Instant | null;
  /** The digits of a second that the latest row shows. */
  readonly lastDigits: number;
  /** Whether the rows come oldest first; rows without a timestamp stand anywhere. */
  readonly ordered: boolean;
}

export function sight(page: Page): Sighting {
  const { rows } = page;
  const instants = new Array<Instant | null>(rows.length);
  let first: Instant | null = null;
  let last: Instant | null = null;
  let previous: Instant | null = null;
  let lastIndex = -1;
  let ordered = true;
  for (let index = 0; index < rows.length; index++) {
    const at = parseInstant(rows[index]?.createdAt);
    instants[index] = at;
    if (at === null) continue;
    first ??= at;
    if (previous !== null && at < previous) ordered = false;
    previous = at;
    if (last === null || at >= last) {
      last = at;
      lastIndex = index;
    }
  }
  const lastText = rows[lastIndex]?.createdAt;
  return {
    ids: rows.map((row) => row.id),
    instants,
    first,
    last,
    lastDigits: typeof lastText === 'string' ? fractionDigits(lastText) : 0,
    ordered,
  };
}
