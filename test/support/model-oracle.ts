import { instantOfMillis, parseInstant, type Instant } from '../../src/base/instant.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { MAX_REMEMBERED } from '../../src/sync/sent-ids.js';
import { EPOCH, type ModelRow } from './model-api.js';
import type { PipeEnd, SeenState } from './model-pipe.js';

/** What a sync was asked to do and what came of it; times are of the model's clock, in microseconds. */
export interface ObservedSync {
  readonly where: string;
  readonly pipe: PipeEnd;
  /** The state document that it began with. */
  readonly given: JsonObject;
  readonly fullTable: boolean;
  /** Read to the end, with success. */
  readonly isWhole: boolean;
  /** Ended by a death that may leave rows behind the last state: not by an error of the API. */
  readonly wasKilled: boolean;
  readonly began: number;
  readonly ended: number;
  readonly bounds: Bounds;
  /** False where the server does not sort or filter as asked: the bookmark may then stay where it was. */
  readonly isOrderly: boolean;
  /** By how much the start of a sync may be taken for later than it was. */
  readonly slack: number;
  readonly lookbackSeconds: number;
  /** Rows on a page at most. */
  readonly largestPage: number;
  /** Rows in a window at least, however small its pages. */
  readonly largestGroup: number;
}

export interface Bounds {
  readonly start: Instant | null;
  readonly end: Instant | null;
  /** Empty is all. */
  readonly names: readonly string[];
  /** Rows created later than the request are not shown. */
  readonly hidesFuture: boolean;
}

/**
 * The oracle: it knows only which rows were visible when. A sync that ended must have brought, together with those before
 * it, every row that was visible from its first request to its last; no row comes twice, except those that came behind
 * the last state before a kill; and each state says what came before it.
 */
export class Oracle {
  private readonly rows: ReadonlyMap<string, ModelRow>;
  private readonly all: readonly ModelRow[];
  private times = new Map<string, number>();
  private excused = new Map<string, number>();
  private readonly everSent = new Set<string>();
  /** Where an edited or a foreign state made the stream begin again. */
  private floor: Instant | null = null;

  constructor(rows: readonly ModelRow[]) {
    this.all = rows;
    this.rows = new Map(rows.map((row) => [row.id, row]));
  }

  /** How often each id came, since the last state that was edited. */
  get counts(): ReadonlyMap<string, number> {
    return this.times;
  }

  /** Somebody gave a state that remembers nothing but a bookmark: from there, all may come again and has to. */
  beginAgain(floor: Instant | null): void {
    this.times = new Map();
    this.excused = new Map();
    this.floor = floor;
  }

  /** @throws Error naming the promise that was broken */
  check(sync: ObservedSync): void {
    // A full table is a replication of its own, once a state of it has come.
    const given = JSON.stringify(sync.given);
    if (sync.fullTable && (sync.isWhole || sync.pipe.states.some(({ text }) => text !== given))) {
      this.beginAgain(null);
    }
    this.checkRecords(sync, sync.pipe.coveredRecords(given));
    if (sync.isWhole) this.checkWhole(sync);
    for (const id of sync.pipe.records) this.everSent.add(id);
    checkStates(sync, this.rows, this.everSent);
  }

  private checkRecords({ where, pipe, wasKilled, fullTable, ended, bounds }: ObservedSync, covered: number): void {
    for (const [index, id] of pipe.records.entries()) {
      const row = this.rows.get(id);
      if (row === undefined || row.visibleAt > ended || !isWithin(row, bounds)) throw new Error(`${where}: ${id} came`);
      add(this.times, id);
      // What a full table sends again without a state of its own is meant to come again.
      if (index >= covered && (wasKilled || fullTable)) add(this.excused, id);
    }
    for (const [id, count] of this.times) {
      const allowed = 1 + (this.excused.get(id) ?? 0);
      if (count > allowed) throw new Error(`${where}: ${id} came ${count} times, ${allowed} allowed`);
    }
  }

  private checkWhole({ where, began, ended, bounds }: ObservedSync): void {
    for (const row of this.all) {
      if (row.visibleAt > began || row.deletedAt <= ended || !isWithin(row, bounds)) continue;
      if (bounds.hidesFuture && row.created >= began) continue;
      // Where a row without a time stands, the server knows, and shows it there alone.
      const place = placeOf(row);
      if ([this.floor, bounds.start].some((from) => from !== null && place < from)) continue;
      if (bounds.end !== null && place > bounds.end) continue;
      if (!this.times.has(row.id)) throw new Error(`${where}: ${row.id} is lost`);
    }
  }
}

function add(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

function isWithin(row: ModelRow, { start, end, names }: Bounds): boolean {
  if (names.length > 0 && !names.includes(row.name ?? 'x')) return false;
  const at = parseInstant(row.shown);
  // Rows without a time may come from anywhere.
  return at === null || ((start === null || at >= start) && (end === null || at <= end));
}

/** The instant of a row; where it shows none, that by which the server sorts it. */
function placeOf(row: ModelRow): Instant {
  return parseInstant(row.shown) ?? instantOfMillis((EPOCH + row.created) / 1000);
}

/** The bookmark of the one stream in a state document, and its cursor. */
export function bookmarkIn(document: JsonObject): { text: string | null; cursor: JsonObject | null } {
  const bookmarks = isJsonObject(document['bookmarks']) ? document['bookmarks'] : {};
  const bookmark: JsonValue | undefined = bookmarks['events'];
  if (!isJsonObject(bookmark)) return { text: null, cursor: null };
  const { cursor } = bookmark;
  // The second is the older spelling.
  const value = bookmark['replication_key_value'] ?? bookmark['created_at'];
  return { text: typeof value === 'string' ? value : null, cursor: isJsonObject(cursor) ? cursor : null };
}

function checkStates(sync: ObservedSync, rows: ReadonlyMap<string, ModelRow>, everSent: ReadonlySet<string>): void {
  const { where, pipe, given, fullTable, isWhole } = sync;
  const sent = [...everSent].map((id) => rows.get(id)).filter((row) => row !== undefined);
  const start = fullTable ? null : bookmarkIn(given).text;
  const old = parseInstant(start);
  let previous = old;
  for (const [index, state] of pipe.states.entries()) {
    const isLast = isWhole && index === pipe.states.length - 1;
    if (state.text === JSON.stringify(given) && !isLast) continue;
    const { text } = bookmarkIn(state.value);
    const at = parseInstant(text);
    if (text !== null && at === null) throw new Error(`${where}: the bookmark ${text} is no timestamp`);
    const isReset = !sync.isOrderly && at === old;
    if (previous !== null && (at === null || at < previous) && !isReset) {
      throw new Error(`${where}: the bookmark went back from ${previous} to ${String(text)}`);
    }
    previous = at;
    checkBookmark(sync, state, rows, sent, { at, text, start, isReset: isReset && !isLast, isLast });
    checkMemory(sync, state, rows, isLast);
    checkRest(where, given, state.value);
  }
}

interface SeenBookmark {
  readonly at: Instant | null;
  readonly text: string | null;
  /** The bookmark that the sync began with. */
  readonly start: string | null;
  /** Whether it may be the old one, whatever was sent. */
  readonly isReset: boolean;
  /** Whether it is that of the end of a sync that read all. */
  readonly isLast: boolean;
}

/**
 * The bookmark is the latest created_at of what was ever sent, as the API wrote it, up to the sync's start: of what this
 * sync sent so far, and at its end of all that was sent before and is still there.
 */
function checkBookmark(
  sync: ObservedSync,
  state: SeenState,
  rows: ReadonlyMap<string, ModelRow>,
  sent: readonly ModelRow[],
  { at, text, start, isReset, isLast }: SeenBookmark,
): void {
  const { where, pipe, began, ended, slack, bounds } = sync;
  if (isReset) return;
  const shown = pipe.records.slice(0, state.records).map((id) => rows.get(id)?.shown ?? null);
  if (isLast) {
    const met = sent.filter((row) => row.visibleAt <= began && row.deletedAt > ended && isWithin(row, bounds));
    shown.push(...met.map((row) => row.shown));
  }
  const instants = shown.map(parseInstant).filter((instant) => instant !== null);
  const [certain, possible] = [clockAt(began), clockAt(began + slack)];
  const least = instants.filter((instant) => instant <= certain).reduce(later, parseInstant(start));
  if (least !== null && (at === null || at < least)) {
    throw new Error(`${where}: the bookmark ${String(text)} is before ${least}, which was sent`);
  }
  if (text === null || text === start) return;
  if (at === null || at > possible) throw new Error(`${where}: the bookmark ${text} is after the sync's start`);
  if (!sent.some((row) => row.shown === text))
    throw new Error(`${where}: the bookmark ${text} is of no row that was sent`);
}

/** A state remembers rows of its look-back alone; far from the present, that is those of one window. */
function checkMemory(sync: ObservedSync, state: SeenState, rows: ReadonlyMap<string, ModelRow>, isLast: boolean): void {
  const { where, given, began, lookbackSeconds } = sync;
  const { cursor } = bookmarkIn(state.value);
  const ids = Array.isArray(cursor?.['ids']) ? cursor['ids'].filter((id) => typeof id === 'string') : [];
  const from = parseInstant(cursor?.['from']);
  if (ids.length > MAX_REMEMBERED) throw new Error(`${where}: the state has ${ids.length} ids`);
  if (new Set(ids).size < ids.length) throw new Error(`${where}: the state has an id twice`);
  if (from === null) return;
  const old = bookmarkIn(given).cursor?.['ids'];
  // Up to an end date alone, what was not met may be there still.
  const forgetsUnmet = isLast && sync.bounds.end === null;
  const loaded = new Set(Array.isArray(old) && !forgetsUnmet ? old : []);
  const isBackfill = !isLast && sync.isOrderly && from < clockAt(began - (lookbackSeconds + 5) * 1_000_000);
  let beyond = 0;
  for (const id of ids) {
    const at = parseInstant(rows.get(id)?.shown);
    if (at === null || loaded.has(id)) continue;
    if (at < from) throw new Error(`${where}: the state from ${from} remembers ${id} of ${at}`);
    if (at > from) beyond++;
  }
  // Until a page shows that the server sorts, or a window of tiny pages is read again, its rows do not count as covered.
  if (isBackfill && beyond > 2 * sync.largestPage + sync.largestGroup) {
    throw new Error(`${where}: in a backfill, the state from ${from} remembers ${beyond} rows of later instants`);
  }
}

/** What the tap does not know is passed on. */
function checkRest(where: string, given: JsonObject, value: JsonObject): void {
  const rest = ({ bookmarks, ...more }: JsonObject): string =>
    JSON.stringify([more, isJsonObject(bookmarks) ? bookmarks['other'] : undefined]);
  if (rest(given) !== rest(value)) throw new Error(`${where}: the state lost what is not ours`);
}

function clockAt(micros: number): Instant {
  return instantOfMillis((EPOCH + micros) / 1000);
}

function later(a: Instant | null, b: Instant): Instant {
  return a === null || b > a ? b : a;
}
