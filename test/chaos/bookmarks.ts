import type { JsonObject } from '../../src/base/json.js';
import { streamNames, type StreamName } from '../../src/sandbox/rows.js';
import { micros } from '../support/tap.js';
import type { Books, Visible } from './books.js';
import type { Bookmarks } from './tap-run.js';
import type { Transcript } from './transcript.js';

/** What is known of a run, to judge its states by. */
export interface StatedRun {
  readonly transcript: Transcript;
  readonly given: Bookmarks;
  /** Whether each state speaks of all streams that have a bookmark: in Singer. */
  readonly statesAreWhole: boolean;
  /** Whether the bookmark may return to where it was at the start (docs/reliability.md, promise 5). */
  readonly mayReset: boolean;
  /** Rows as they are, where the API showed some of them without their created_at for a while. */
  readonly truth: readonly Visible[];
  /** No later than this did the sync of a stream start, by the server's clock, in microseconds. */
  readonly startedBy: ReadonlyMap<StreamName, bigint>;
}

/** Bookmarks that go back, are of no row, or are later than the run. @returns what must not be */
export function bookmarkProblems(run: StatedRun, books: Books): string[] {
  return streamNames.flatMap((stream) => streamProblems(stream, run, books));
}

function streamProblems(stream: StreamName, run: StatedRun, books: Books): string[] {
  const problems: string[] = [];
  const first = bookmarkOf(run.given.get(stream));
  const texts = new Set<unknown>([first]);
  for (const record of books.arrived.values()) if (record.stream === stream) texts.add(record.row['created_at']);
  for (const rows of run.truth) {
    for (const [key, { text }] of rows) {
      const row = JSON.parse(text) as JsonObject;
      if (books.arrived.has(key)) texts.add(row['created_at']);
    }
  }
  let last = first;
  for (const { bookmarks } of run.transcript.states) {
    if (!bookmarks.has(stream) && !run.statesAreWhole) continue;
    const text = bookmarkOf(bookmarks.get(stream));
    if (text === last) continue;
    const isReset = run.mayReset && text === first;
    if (text === null) {
      if (!isReset) problems.push(`the bookmark of ${stream} was ${String(last)} and is none`);
      last = null;
      continue;
    }
    if (last !== null && micros(text) < micros(last) && !isReset) {
      problems.push(`the bookmark of ${stream} went back from ${last} to ${text}`);
    }
    if (!texts.has(text)) problems.push(`the bookmark ${text} of ${stream} is of no row that came`);
    const startedBy = run.startedBy.get(stream);
    if (startedBy !== undefined && micros(text) > startedBy) {
      problems.push(`the bookmark ${text} of ${stream} is later than the start of its sync`);
    }
    last = text;
  }
  return problems;
}

/**
 * After a whole run, the bookmark is the latest created_at of the rows that were there all along, up to the run's start.
 *
 * @param startedAt the server's clock when the process was started, in microseconds
 */
export function finalBookmarkProblems(
  { transcript, given }: StatedRun,
  before: Visible,
  after: Visible,
  startedAt: bigint,
): string[] {
  const problems: string[] = [];
  const stated = lastBookmarks(given, transcript);
  for (const stream of streamNames) {
    let latest = -1n;
    for (const [key, { createdMicros }] of before) {
      const created = BigInt(createdMicros);
      if (key.startsWith(`${stream} `) && after.has(key) && created <= startedAt && created > latest) latest = created;
    }
    const text = bookmarkOf(stated.get(stream));
    if (latest >= 0n && (text === null || micros(text) < latest)) {
      problems.push(`the bookmark of ${stream} is ${String(text)} at the end, before a row that was there`);
    }
  }
  return problems;
}

/** Where each stream stands after a run, by the last whole STATE that came through the pipe. */
export function lastBookmarks(given: Bookmarks, { states }: Transcript): Bookmarks {
  const last = new Map(given);
  for (const { bookmarks } of states) for (const [stream, blob] of bookmarks) last.set(stream, blob);
  return last;
}

function bookmarkOf(blob: JsonObject | undefined): string | null {
  const value = blob?.['replication_key_value'];
  return typeof value === 'string' ? value : null;
}
