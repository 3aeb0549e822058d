import { fractionDigits, parseInstant, type Instant } from '../base/instant.js';
import type { Page } from './page.js';
import { columnOf, textsOf, type TextColumn } from './text-column.js';

/** What the walk has to know of a page's rows: who they are and when they were created. */
export interface Sighting {
  /** How many rows there are. */
  readonly count: number;
  readonly ids: TextColumn;
  /** `created_at` of each row as an {@link Instant}; empty where it is missing or no timestamp. */
  readonly instants: TextColumn;
  /** Instants of the first and of the latest row that has one. */
  readonly first: Instant | null;
  readonly last: Instant | null;
  /** The digits of a second that the latest row shows. */
  readonly lastDigits: number;
  /** Whether the rows come oldest first; rows without a timestamp stand anywhere. */
  readonly ordered: boolean;
}

/** @param createdAt as sent, where it is text */
export function sight(
  ids: readonly string[],
  createdAt: readonly (string | null)[],
): Pick<Page, 'sighting' | 'writtenTimes'> {
  const writtenTimes = new Map<number, string>();
  const instants = createdAt.map(parseInstant);
  let first: Instant | null = null;
  let last: Instant | null = null;
  let previous: Instant | null = null;
  let lastText = '';
  let ordered = true;
  for (const [index, at] of instants.entries()) {
    if (at === null) continue;
    const text = createdAt[index];
    if (typeof text === 'string' && !isFormatted(text, at)) writtenTimes.set(index, text);
    first ??= at;
    if (previous !== null && at < previous) ordered = false;
    previous = at;
    if (last === null || at >= last) {
      last = at;
      lastText = text ?? '';
    }
  }
  const sighting = {
    count: ids.length,
    ids: columnOf(ids),
    instants: columnOf(instants.map((at) => at ?? '')),
    first,
    last,
    lastDigits: fractionDigits(lastText),
    ordered,
  };
  return { sighting, writtenTimes };
}

/** Whether a time is written as `formatInstant` does; that one would make a string of each. */
function isFormatted(text: string, at: Instant): boolean {
  return text.length === at.length + 1 && text.endsWith('Z') && text.startsWith(at);
}

/** The ids of a page's rows. As {@link textsOf}, to be called once for a page. */
export function idsOf({ ids }: Sighting): readonly string[] {
  return textsOf(ids);
}

/** The instants of a page's rows, null where a row has none. As {@link textsOf}, to be called once for a page. */
export function instantsOf({ instants }: Sighting): readonly (Instant | null)[] {
  return textsOf(instants).map((at) => (at === '' ? null : (at as Instant)));
}
