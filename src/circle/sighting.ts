import { fractionDigits, parseInstant, type Instant } from '../base/instant.js';

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

export function sight(ids: readonly string[], createdAt: readonly (string | null)[]): Sighting {
  const instants = createdAt.map(parseInstant);
  let first: Instant | null = null;
  let last: Instant | null = null;
  let previous: Instant | null = null;
  let lastText = '';
  let ordered = true;
  for (const [index, at] of instants.entries()) {
    if (at === null) continue;
    first ??= at;
    if (previous !== null && at < previous) ordered = false;
    previous = at;
    if (last === null || at >= last) {
      last = at;
      lastText = createdAt[index] ?? '';
    }
  }
  return { ids, instants, first, last, lastDigits: fractionDigits(lastText), ordered };
}
