import { parseInstant, type Instant } from '../../src/base/instant.js';
import { isJsonObject, type JsonObject } from '../../src/base/json.js';
import type { Logger } from '../../src/base/logger.js';
import { SingerSink } from '../../src/singer/sink.js';
import { SingerState } from '../../src/singer/state.js';
import type { SelectedStream } from '../../src/sync/sink.js';
import { streams } from '../../src/sync/streams.js';
import { sync } from '../../src/sync/sync.js';
import { EPOCH, ModelApi, type Incident, type ModelApiOptions } from './model-api.js';
import { bookmarkIn, Oracle, type Bounds } from './model-oracle.js';
import { PipeEnd } from './model-pipe.js';

/** What somebody does to the state before a sync. */
export type StateEdit =
  /** Another program wrote it: the bookmark alone, in the older shape. */
  | { readonly kind: 'legacy' }
  /** The bookmark alone is left, as in the state of other taps. */
  | { readonly kind: 'without cursor' }
  | { readonly kind: 'no bookmark' }
  /** The bookmark is set by hand; the rest stays. */
  | { readonly kind: 'set'; readonly bookmark: string };

export interface PlannedSync {
  /** Time that passes before it. Microseconds. */
  readonly gap: number;
  /** It is killed after so many messages (records and states); null lets it end. */
  readonly killAfter: number | null;
  readonly fullTable: boolean;
  /** It is told to stop at this request, from 1. */
  readonly stopAt?: number | null;
  /** From this request on, the API is not available. */
  readonly failAt?: number | null;
  readonly edit?: StateEdit | null;
  /** Where they differ from the history's. */
  readonly pageSize?: number | null;
  readonly lookbackSeconds?: number | null;
  /** Microseconds of the model's clock. */
  readonly endDate?: number | null;
}

export interface History {
  readonly api: ModelApiOptions;
  readonly pageSize: number;
  readonly width: number;
  readonly lookbackSeconds: number;
  /** Microseconds of the model's clock. */
  readonly startDate?: number | null;
  readonly eventNames?: readonly string[];
  readonly syncs: readonly PlannedSync[];
}

/** What a target at the other end of the pipe would have. */
export interface Played {
  /** How often each id came, since the last state that was edited. */
  readonly times: ReadonlyMap<string, number>;
  readonly requests: number;
  readonly states: number;
}

const silent: Logger = { log: () => undefined, metric: () => undefined };

/**
 * Plays a history and checks the promises of docs/reliability.md on what came out of the pipe.
 *
 * @throws Error naming the promise that was broken
 */
export async function play(history: History): Promise<Played> {
  const api = new ModelApi(history.api);
  const oracle = new Oracle(history.api.rows);
  const { ignoresSort, ignoresFilter = false, sortsBy, disorderEvery = null, clock = 'exact', step } = history.api;
  const isOrderly = !ignoresSort && sortsBy === undefined && !ignoresFilter && disorderEvery === null;
  let document: JsonObject = { mine: 1, bookmarks: { other: { x: 1 } } };
  let states = 0;
  for (const [number, planned] of history.syncs.entries()) {
    api.now += planned.gap;
    document = edited(document, planned.edit ?? null, oracle);
    const began = api.now;
    const run = new Run(history, planned, api, document);
    await run.play();
    oracle.check({
      where: `sync ${number}`,
      pipe: run.pipe,
      given: document,
      fullTable: planned.fullTable,
      isWhole: run.isWhole,
      wasKilled: run.pipe.isBroken || run.wasStopped,
      began,
      ended: api.now,
      bounds: run.bounds,
      isOrderly,
      slack: clock === 'exact' ? 1000 : step + 1_001_000,
      lookbackSeconds: run.lookbackSeconds,
      largestPage: Math.max(planned.pageSize ?? history.pageSize, history.api.fixedSize ? history.api.cap : 0) + 1,
      largestGroup: largestGroup(history.api),
    });
    document = run.pipe.lastState?.value ?? document;
    states += run.pipe.states.length;
  }
  return { times: oracle.counts, requests: api.requests, states };
}

/** The most rows that the API's filter cannot tell apart: its own times, or whole seconds of them. */
function largestGroup({ rows, filterDigits = 6 }: ModelApiOptions): number {
  const sizes = new Map<number, number>();
  for (const { created } of rows) {
    const unit = Math.floor(created / 10 ** (6 - filterDigits));
    sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  }
  return Math.max(0, ...sizes.values());
}

/** One run of the tap. */
class Run {
  readonly pipe: PipeEnd;
  readonly bounds: Bounds;
  readonly lookbackSeconds: number;
  isWhole = false;
  wasStopped = false;
  private readonly history: History;
  private readonly planned: PlannedSync;
  private readonly api: ModelApi;
  private readonly document: JsonObject;

  constructor(history: History, planned: PlannedSync, api: ModelApi, document: JsonObject) {
    this.history = history;
    this.planned = planned;
    this.api = api;
    this.document = document;
    this.pipe = new PipeEnd(planned.killAfter);
    this.lookbackSeconds = planned.lookbackSeconds ?? history.lookbackSeconds;
    const { links, hidesFuture = false } = history.api;
    this.bounds = {
      start: instantOf(history.startDate ?? null),
      end: instantOf(planned.endDate ?? null),
      names: history.eventNames ?? [],
      hidesFuture: hidesFuture || links === 'pinned',
    };
  }

  async play(): Promise<void> {
    const { history, planned, api, pipe, bounds } = this;
    const stopping = new AbortController();
    const { signal } = stopping;
    const now = (): number => (EPOCH + api.now) / 1000;
    const state = SingerState.read('state', this.document);
    const sink = new SingerSink({
      output: pipe.output,
      state,
      now,
      signal,
      activateVersions: false,
      writesState: true,
    });
    const stream = streamOf(planned.fullTable);
    api.beginSync(incidentOf(planned, stopping));
    try {
      const result = await sync({
        streams: [stream],
        states: state.streamStates('state', silent),
        settings: {
          pageSize: planned.pageSize ?? history.pageSize,
          maxConcurrency: history.width - 1,
          lookbackSeconds: this.lookbackSeconds,
          startDate: bounds.start,
          endDate: bounds.end,
          eventNames: bounds.names,
          eventsPath: '/events',
          visitsPath: '/visits',
          validateRecords: 'off',
        },
        client: api,
        sink,
        logger: silent,
        signal,
        now,
      });
      await sink.ended();
      this.wasStopped = result.stopped;
      const [failure] = result.failures;
      if (failure !== undefined && planned.failAt == null) throw failure.error;
      this.isWhole = !result.stopped && failure === undefined && !pipe.isBroken;
    } catch (error) {
      // The reader of a pipe that was cut knows nothing of how the writer ends.
      if (!pipe.isBroken) throw error;
    }
  }
}

function incidentOf({ stopAt = null, failAt = null }: PlannedSync, stopping: AbortController): Incident | null {
  if (failAt !== null) return { request: failAt, happens: () => 'fails' };
  if (stopAt === null) return null;
  const happens = (): 'goes on' => {
    stopping.abort(new Error('stopped'));
    return 'goes on';
  };
  return { request: stopAt, happens };
}

function streamOf(fullTable: boolean): SelectedStream {
  const [definition] = streams;
  if (definition === undefined) throw new Error('no stream');
  return {
    definition,
    method: fullTable ? 'FULL_TABLE' : 'INCREMENTAL',
    rowSchema: definition.schema,
    // A short SCHEMA message: a hundred thousand of the real one would take most of the time.
    shape: { schema: {}, apply: null, readsLetters: false },
  };
}

function instantOf(micros: number | null): Instant | null {
  return micros === null ? null : parseInstant(`${new Date((EPOCH + micros) / 1000).toISOString().slice(0, 19)}Z`);
}

/** Edits a state, and tells the oracle what that means. */
function edited(document: JsonObject, edit: StateEdit | null, oracle: Oracle): JsonObject {
  const { text, cursor } = bookmarkIn(document);
  if (edit === null || (text === null && cursor === null)) return document;
  const bookmark = edit.kind === 'no bookmark' ? null : edit.kind === 'set' ? edit.bookmark : text;
  // Setting it to what it is already changes nothing.
  if (bookmark === text && (edit.kind === 'set' || edit.kind === 'no bookmark')) return document;
  oracle.beginAgain(parseInstant(bookmark));
  const changed: JsonObject =
    edit.kind === 'legacy'
      ? { ...(bookmark !== null && { created_at: bookmark }) }
      : {
          replication_key: 'created_at',
          replication_key_value: bookmark,
          // An edit that takes back the one before would make the cursor count again.
          ...(edit.kind !== 'without cursor' && cursor?.['bookmark'] !== bookmark && { cursor: cursor ?? null }),
        };
  const bookmarks = isJsonObject(document['bookmarks']) ? document['bookmarks'] : {};
  return { ...document, bookmarks: { ...bookmarks, events: changed } };
}
