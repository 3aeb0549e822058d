import type { Sandbox, TrueRow } from '../../src/sandbox/index.js';
import { streamNames, type StreamName } from '../../src/sandbox/rows.js';
import type { SeenRecord, Transcript } from './transcript.js';
import type { Bookmarks } from './tap-run.js';

/** A run that did not end by itself. */
export interface Crash {
  /** Rows that came behind the last state: so many may come again. */
  readonly allowed: number;
  /** So many did. */
  repeats: number;
}

/** Rows that are visible at one moment, by stream and id. */
export type Visible = ReadonlyMap<string, TrueRow>;

/** What became of the latest copy of a row. */
type Copy = 'of this run' | 'covered by a state' | Crash;

/** Which rows the community has now, by the sandbox's own books. @param names of the events that are asked for; empty is all */
export function visibleRows(sandbox: Sandbox, names: readonly string[]): Visible {
  const visible = new Map<string, TrueRow>();
  for (const stream of streamNames) {
    for (const row of sandbox.rows(stream)) {
      if (stream === 'events' && names.length > 0 && !names.includes(row.name)) continue;
      visible.set(keyOf(stream, row.id), row);
    }
  }
  return visible;
}

/**
 * Counts what came through the pipe of a history, copy by copy. A row may come again only where the copy before came
 * behind the last state of a run that was killed; whether it may, is a matter of places in the pipe, not of times.
 */
export class Books {
  readonly crashes: Crash[] = [];
  /** Every row that came, in its last copy. */
  readonly arrived = new Map<string, SeenRecord>();
  delivered = 0;
  /** Rows that came again though nothing excused it. */
  twice = 0;
  private readonly copies = new Map<string, Copy>();

  /**
   * Enters the records of a run.
   *
   * @param wasKilled whether rows behind its last state are excused
   * @param repeatsState whether its last state may be a repeated one: then it covers what came before it first came
   * @returns what must not be
   */
  enter(transcript: Transcript, given: Bookmarks, wasKilled: boolean, repeatsState: boolean): string[] {
    const problems: string[] = [];
    for (const record of transcript.records) {
      const key = keyOf(record.stream, record.id);
      const before = this.copies.get(key);
      if (typeof before === 'object') before.repeats++;
      else if (before !== undefined) {
        this.twice++;
        problems.push(`${key} came twice; the copy before was ${before}`);
      }
      this.copies.set(key, 'of this run');
      this.arrived.set(key, record);
      this.delivered++;
    }
    const behind = wasKilled ? recordsBehindState(transcript, given, repeatsState) : [];
    const crash: Crash = { allowed: behind.length, repeats: 0 };
    if (wasKilled) this.crashes.push(crash);
    for (const { stream, id } of transcript.records) this.copies.set(keyOf(stream, id), 'covered by a state');
    for (const { stream, id } of behind) this.copies.set(keyOf(stream, id), crash);
    return problems;
  }

  /** Rows of a stream that were there from before a run until after it, and never came. */
  missing(stream: StreamName, before: Visible, after: Visible): string[] {
    return [...before.keys()].filter((key) => key.startsWith(`${stream} `) && after.has(key) && !this.arrived.has(key));
  }

  /** Rows that came otherwise than they are. @param shownOtherwise a property that the API showed in another way */
  altered(now: Visible, shownOtherwise: 'created_at' | null): string[] {
    const text = (row: object): string => {
      return JSON.stringify(Object.entries(row).filter(([name]) => name !== shownOtherwise));
    };
    return [...now].flatMap(([key, row]) => {
      const came = this.arrived.get(key);
      return came === undefined || text(came.row) === text(JSON.parse(row.text) as object) ? [] : [key];
    });
  }
}

/** The records of a run that its last state does not cover, stream by stream. */
export function recordsBehindState(
  { records, states }: Transcript,
  given: Bookmarks,
  repeatsState: boolean,
): SeenRecord[] {
  const covered = new Map<StreamName, number>();
  for (const stream of streamNames) {
    const seen = states.flatMap(({ bookmarks, records: place }) => {
      const blob = bookmarks.get(stream);
      return blob === undefined ? [] : [{ text: JSON.stringify(blob), place }];
    });
    const last = seen.at(-1);
    if (last === undefined || (repeatsState && last.text === JSON.stringify(given.get(stream)))) continue;
    const counts = repeatsState ? seen.find(({ text }) => text === last.text) : last;
    covered.set(stream, counts?.place ?? 0);
  }
  return records.filter(({ stream }, place) => place >= (covered.get(stream) ?? 0));
}

function keyOf(stream: StreamName, id: string): string {
  return `${stream} ${id}`;
}
