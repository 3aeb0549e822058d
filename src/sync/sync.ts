import { ReportError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { PageSource } from '../circle/page-source.js';
import { idsOf, instantsOf } from '../circle/sighting.js';
import { textsOf } from '../circle/text-column.js';
import { Walk, type WalkPage } from '../circle/walk.js';
import type { Settings } from '../config/settings.js';
import { Cursor, type StreamState } from './cursor.js';
import { endpointOf } from './endpoint-of.js';
import { pagesAtOnce } from './pages-at-once.js';
import { rowViewOf } from './row-view.js';
import { StoppedError, type SelectedStream, type Sink } from './sink.js';
import { StreamStats } from './stats.js';

/** The settings that the engine reads. */
export type SyncSettings = Pick<
  Settings,
  | 'pageSize'
  | 'maxConcurrency'
  | 'lookbackSeconds'
  | 'startDate'
  | 'endDate'
  | 'eventNames'
  | 'eventsPath'
  | 'visitsPath'
  | 'validateRecords'
>;

export interface SyncOptions {
  readonly streams: readonly SelectedStream[];
  /** Where each stream stands; absent is from the beginning. */
  readonly states: ReadonlyMap<string, StreamState>;
  readonly settings: SyncSettings;
  readonly client: PageSource;
  readonly sink: Sink;
  readonly logger: Logger;
  /** Aborted when the run shall stop. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told when a stream begins, to follow its figures. */
  readonly onStats?: (stats: StreamStats) => void;
  readonly onEnd?: (stats: StreamStats, succeeded: boolean) => void;
  /** Rows a stream at most, for trying out; the state is then not advanced. */
  readonly rowLimit?: number;
}

export interface SyncResult {
  readonly stopped: boolean;
  readonly failures: readonly { readonly stream: string; readonly error: unknown }[];
  readonly stats: readonly StreamStats[];
}

/**
 * Syncs one stream after another. A stream that fails is reported to the sink, and the next one goes on
 * (docs/reliability.md, promise 9).
 *
 * @throws what the sink throws (a closed output): nothing can go on then
 */
export async function sync(options: SyncOptions): Promise<SyncResult> {
  const failures: { stream: string; error: unknown }[] = [];
  const stats: StreamStats[] = [];
  for (const stream of options.streams) {
    const { name } = stream.definition;
    const streamStats = new StreamStats(name, options.now);
    stats.push(streamStats);
    options.onStats?.(streamStats);
    let succeeded = false;
    try {
      await new StreamSync(stream, options, streamStats).run();
      succeeded = true;
    } catch (error) {
      if (error instanceof SinkError) throw error.cause;
      if (options.signal.aborted || error instanceof StoppedError) return { stopped: true, failures, stats };
      failures.push({ stream: name, error });
      await options.sink.failed(stream, error);
    }
    streamStats.end();
    options.onEnd?.(streamStats, succeeded);
    sayWhatWasOdd(streamStats, options.logger);
  }
  return { stopped: false, failures, stats };
}

/** Something went wrong while writing, not while reading: no other stream can do better. */
class SinkError extends Error {}

class StreamSync {
  private readonly stream: SelectedStream;
  private readonly options: SyncOptions;
  private readonly stats: StreamStats;
  private readonly cursor: Cursor;
  private readonly names: ReadonlySet<string>;

  constructor(stream: SelectedStream, options: SyncOptions, stats: StreamStats) {
    this.stream = stream;
    this.options = options;
    this.stats = stats;
    const { settings } = options;
    const { name, filtersByEventName } = stream.definition;
    const stored = stream.method === 'FULL_TABLE' ? undefined : options.states.get(name);
    this.cursor = new Cursor(stored ?? null, settings);
    this.names = new Set(filtersByEventName ? settings.eventNames : []);
  }

  async run(): Promise<void> {
    const { stream, options, cursor, stats } = this;
    const { pageSize, endDate, validateRecords } = options.settings;
    const view = await rowViewOf(stream, { checks: validateRecords !== 'off', names: this.names.size > 0 });
    await this.tell(options.sink.started(stream));
    const walk = new Walk({
      client: options.client,
      endpoint: endpointOf(stream.definition, options.settings, view),
      perPage: options.rowLimit === undefined ? pageSize : Math.min(pageSize, options.rowLimit),
      width: pagesAtOnce(options.settings),
      from: cursor.from,
      logger: options.logger,
      signal: options.signal,
    });
    let complete = true;
    for await (const page of walk.pages()) {
      const rows = this.take(page);
      if (options.rowLimit !== undefined) {
        await this.write(page, rows.slice(0, options.rowLimit - this.stats.rows), null);
        if (this.stats.rows >= options.rowLimit) return;
        continue;
      }
      await this.write(page, rows, cursor.checkpoint());
      if (options.signal.aborted) throw new StoppedError();
      if (endDate !== null && page.covers !== null && page.covers > endDate) {
        complete = false;
        break;
      }
    }
    if (options.rowLimit !== undefined) return;
    const state = cursor.drained(complete, stats.reached);
    if (cursor.mayRepeat) {
      options.logger.log(
        'warning',
        'More rows were created at the bookmark or within the lookback than the state remembers: ' +
          'the next sync may send some of them again. A smaller lookback_seconds needs less memory',
        this.stats.stream,
      );
    }
    await this.tell(options.sink.finished(stream, state));
  }

  /** Picks the rows of a page that are to be sent; afterwards the cursor covers the page. */
  private take(page: WalkPage): number[] {
    const { cursor, stats, names } = this;
    cursor.startedBetween(page.startedBetween);
    if (!page.trusted) cursor.distrust();
    const taken: number[] = [];
    const { writtenTimes, complaints, names: nameColumn } = page.fetched.page;
    const rowNames = nameColumn === null ? null : textsOf(nameColumn);
    const instants = instantsOf(page);
    const ids = idsOf(page);
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index] ?? '';
      const at = instants[index] ?? null;
      if (rowNames !== null && !names.has(rowNames[index] ?? '')) continue;
      // It belongs to a window that is done; a late one is met by the next sync.
      if (at !== null && page.trusted && page.anchor !== null && at < page.anchor) continue;
      const verdict = cursor.judge(id, at, writtenTimes.get(index) ?? null);
      if (verdict === 'sent before') stats.repeated++;
      if (verdict !== 'send') continue;
      if (at === null) stats.undated++;
      const complaint = complaints.get(index);
      if (complaint !== undefined) this.complain(complaint);
      taken.push(index);
    }
    if (page.covers !== null) cursor.covered(page.covers);
    if (page.last !== null && (stats.reached === null || page.last > stats.reached)) stats.reached = page.last;
    return taken;
  }

  private complain(complaint: string): void {
    const { stats } = this;
    if (this.options.settings.validateRecords === 'fail') {
      throw new ReportError(`A row of ${stats.stream} does not fit its schema: ${complaint}`);
    }
    stats.invalid++;
    stats.complaints.set(complaint, (stats.complaints.get(complaint) ?? 0) + 1);
  }

  private async write(page: WalkPage, indexes: readonly number[], state: StreamState | null): Promise<void> {
    const batch = { page: page.fetched.page, indexes };
    await this.tell(this.options.sink.rows(this.stream, batch, state));
    this.stats.pages++;
    this.stats.rows += indexes.length;
    const { replaced } = page.fetched.page;
    if (replaced.size > 0) for (const index of indexes) this.stats.replaced += replaced.get(index) ?? 0;
    this.options.client.release(page.fetched);
  }

  private async tell(told: Promise<void>): Promise<void> {
    try {
      await told;
    } catch (cause) {
      if (cause instanceof StoppedError) throw cause;
      throw new SinkError('The output failed', { cause });
    }
  }
}

function sayWhatWasOdd(stats: StreamStats, logger: Logger): void {
  const { stream } = stats;
  if (stats.invalid > 0) {
    const worst = [...stats.complaints].sort((a, b) => b[1] - a[1]).slice(0, 5);
    const list = worst.map(([complaint, times]) => `${complaint} (${times} times)`).join('; ');
    logger.log('warning', `${stats.invalid} of ${stats.rows} rows do not fit the schema of ${stream}: ${list}`, stream);
  }
  if (stats.undated > 0) {
    const message = `${stats.undated} rows of ${stream} have no valid created_at: they were sent, but no bookmark covers them`;
    logger.log('warning', message, stream);
  }
  if (stats.replaced > 0) {
    const message = `${stats.replaced} NULs or lone surrogates in rows of ${stream} were replaced by U+FFFD`;
    logger.log('warning', message, stream);
  }
}
