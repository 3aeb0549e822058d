import type { Logger } from '../../src/base/logger.js';
import { parseInstant, type Instant } from '../../src/base/instant.js';
import type { JsonValue } from '../../src/base/json.js';
import { bookmarkOf, streamStateOf } from '../../src/sync/bookmark.js';
import type { StreamState } from '../../src/sync/cursor.js';
import { StoppedError, type Batch, type SelectedStream, type Sink } from '../../src/sync/sink.js';
import { streams } from '../../src/sync/streams.js';
import { sync } from '../../src/sync/sync.js';
import { EPOCH, ModelApi, type ModelApiOptions, type ModelRow } from './model-api.js';

export interface PlannedSync {
  /** Time that passes before it. Microseconds. */
  readonly gap: number;
  /** It is killed after so many messages (records and states); null lets it end. */
  readonly killAfter: number | null;
  readonly fullTable: boolean;
}

export interface History {
  readonly api: ModelApiOptions;
  readonly pageSize: number;
  readonly width: number;
  readonly lookbackSeconds: number;
  readonly syncs: readonly PlannedSync[];
}

/** What a target at the other end of the pipe would have. */
export interface Played {
  /** How often each id came, over all incremental syncs. */
  readonly times: ReadonlyMap<string, number>;
  readonly requests: number;
}

const silent: Logger = { log: () => undefined, metric: () => undefined };

/** Takes what a sync sends as a pipe would, up to the message at which the sync is killed. */
class PipeEnd implements Sink {
  readonly records: string[] = [];
  /** Records that came before the last state. */
  covered = 0;
  readonly states: StreamState[] = [];
  private left: number;

  constructor(killAfter: number | null) {
    this.left = killAfter ?? Number.POSITIVE_INFINITY;
  }

  get lastState(): StreamState | null {
    return this.states.at(-1) ?? null;
  }

  started(): Promise<void> {
    return Promise.resolve();
  }

  async rows(_stream: SelectedStream, { page, indexes }: Batch, state: StreamState | null): Promise<void> {
    await Promise.resolve();
    for (const index of indexes) {
      this.countDown();
      this.records.push(page.ids[index] ?? 'no id');
    }
    if (state !== null) this.state(state);
  }

  async finished(_stream: SelectedStream, state: StreamState): Promise<void> {
    await Promise.resolve();
    this.state(state);
  }

  failed(_stream: SelectedStream, error: unknown): Promise<void> {
    throw error;
  }

  private state(state: StreamState): void {
    this.countDown();
    // What a state file would hold, and what is read from it.
    const written = JSON.parse(JSON.stringify(bookmarkOf(state))) as JsonValue;
    this.states.push(streamStateOf('state', written) ?? { bookmark: null });
    this.covered = this.records.length;
  }

  private countDown(): void {
    if (this.left-- <= 0) throw new StoppedError();
  }
}

/**
 * Plays a history and checks the promises of design section 4 on what came out of the pipe.
 *
 * The oracle knows only which rows were visible when: a sync that ended must have brought, together with those before
 * it, every row that was visible from its first request to its last; and no row comes twice, except those that came
 * behind the last state before a kill.
 *
 * @throws Error naming the promise that was broken
 */
export async function play(history: History): Promise<Played> {
  const api = new ModelApi(history.api);
  const byId = new Map(history.api.rows.map((row) => [row.id, row]));
  const times = new Map<string, number>();
  const uncovered = new Map<string, number>();
  let state: StreamState | null = null;
  for (const [number, planned] of history.syncs.entries()) {
    api.now += planned.gap;
    const began = api.now;
    const pipe = new PipeEnd(planned.killAfter);
    const ended = await runOnce(history, api, pipe, planned.fullTable, state);
    checkStates(pipe, state, planned.fullTable, history, `sync ${number}`);
    const counts = planned.fullTable ? new Map<string, number>() : times;
    for (const [index, id] of pipe.records.entries()) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      if (index >= pipe.covered && !ended) uncovered.set(id, (uncovered.get(id) ?? 0) + 1);
    }
    for (const [id, count] of counts) {
      const allowed = 1 + (planned.fullTable ? 0 : (uncovered.get(id) ?? 0));
      if (count > allowed) throw new Error(`sync ${number}: ${id} came ${count} times, ${allowed} allowed`);
    }
    if (ended) {
      for (const row of api.visible(began)) {
        if (row.deletedAt > api.now && !counts.has(row.id)) throw new Error(`sync ${number}: ${row.id} is lost`);
      }
      checkBookmark(pipe, state, byId, began, `sync ${number}`);
    }
    // A full table is another replication; its state is not mixed with the incremental one here.
    if (!planned.fullTable) state = pipe.lastState ?? state;
  }
  return { times, requests: api.requests };
}

async function runOnce(
  history: History,
  api: ModelApi,
  pipe: PipeEnd,
  fullTable: boolean,
  state: StreamState | null,
): Promise<boolean> {
  const [definition] = streams;
  if (definition === undefined) throw new Error('no stream');
  const stream: SelectedStream = {
    definition,
    method: fullTable ? 'FULL_TABLE' : 'INCREMENTAL',
    rowSchema: definition.schema,
    shape: { schema: definition.schema, apply: null },
  };
  const result = await sync({
    streams: [stream],
    states: new Map(state === null ? [] : [[definition.name, state]]),
    settings: {
      pageSize: history.pageSize,
      maxConcurrency: history.width,
      lookbackSeconds: history.lookbackSeconds,
      startDate: null,
      endDate: null,
      eventNames: [],
      eventsPath: '/events',
      visitsPath: '/visits',
    },
    client: api,
    sink: pipe,
    logger: silent,
    signal: new AbortController().signal,
    now: () => (EPOCH + api.now) / 1000,
    validatorOf: () => Promise.resolve(null),
  });
  return !result.stopped;
}

/** The bookmark never goes back, except to where it was at the start when the server's order breaks. */
function checkStates(
  pipe: PipeEnd,
  before: StreamState | null,
  fullTable: boolean,
  history: History,
  where: string,
): void {
  let previous = fullTable ? null : parseInstant(before?.bookmark);
  const start = previous;
  for (const { bookmark } of pipe.states) {
    const at = parseInstant(bookmark);
    if (bookmark !== null && at === null) throw new Error(`${where}: bookmark ${bookmark}`);
    if (previous !== null && (at === null || at < previous)) {
      const isReset = history.api.ignoresSort && at === start;
      if (!isReset) throw new Error(`${where}: the bookmark went back from ${previous} to ${String(bookmark)}`);
    }
    previous = at;
  }
}

/** After a sync that ended, the bookmark is the latest created_at of what was ever sent, up to the sync's start. */
function checkBookmark(
  pipe: PipeEnd,
  before: StreamState | null,
  byId: ReadonlyMap<string, ModelRow>,
  began: number,
  where: string,
): void {
  const final = parseInstant(pipe.lastState?.bookmark ?? null);
  const sent = pipe.records.map((id) => byId.get(id)).filter((row) => row !== undefined);
  const instants = sent.map((row) => parseInstant(row.shown)).filter((at): at is Instant => at !== null);
  const old = parseInstant(before?.bookmark ?? null);
  const limit = parseInstant(new Date((EPOCH + began) / 1000 + 2000).toISOString());
  for (const at of instants) {
    const counts = at <= (parseInstant(new Date(Math.floor((EPOCH + began) / 1000)).toISOString()) ?? '');
    if (counts && (final === null || at > final))
      throw new Error(`${where}: the bookmark ${String(final)} is before ${at}`);
  }
  if (final !== null && final !== old) {
    if (limit !== null && final > limit) throw new Error(`${where}: the bookmark ${final} is after the sync's start`);
    if (!instants.includes(final)) throw new Error(`${where}: the bookmark ${final} is of no row that was sent`);
  }
}
