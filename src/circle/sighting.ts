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

/** What a page tells of its rows. */
export type Sighted = Pick<Page, 'sighting' | 'writtenTimes'>;

/** @param createdAt as sent, where it is text */
export function sight(ids: readonly string[], createdAt: readonly (string | null)[]): Sighted {
  const writtenTimes = new Map<number, string>();
  const instants = createdAt.map((text, index) => {
    const at = parseInstant(text);
    if (text !== null && at !== null && !isFormatted(text, at)) writtenTimes.set(index, text);
    return at;
  });
  return sightInstants(ids, instants, writtenTimes);
}

/** @param writtenTimes the times that are written otherwise than `formatInstant` does */
export function sightInstants(
  ids: readonly string[],
  instants: readonly (Instant | null)[],
  writtenTimes: ReadonlyMap<number, string>,
): Sighted {
  let first: Instant | null = null;
  let last: Instant | null = null;
  let latest = 0;
  let previous: Instant | null = null;
  let ordered = true;
  for (let index = 0; index < instants.length; index++) {
    const at = instants[index] ?? null;
    if (at === null) continue;
    first ??= at;
    if (previous !== null && at < previous) ordered = false;
    previous = at;
    if (last === null || at >= last) {
      last = at;
      latest = index;
    }
  }
  const sighting = {
    count: ids.length,
    ids: columnOf(ids),
    instants: columnOf(instants.map((at) => at ?? '')),
    first,
    last,
    lastDigits: fractionDigits(writtenTimes.get(latest) ?? last ?? ''),
    ordered,
  };
  return { sighting, writtenTimes };
}

/** Whether a time is written as `formatInstant` does; that one would make a string of each. */
export function isFormatted(text: string, at: Instant): boolean {
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
