import { explanationOf, stackOf } from '../base/errors.js';
import type { Settings } from '../config/settings.js';
import type { Output } from '../io/output.js';
import { ProgressLine } from '../io/progress-line.js';
import { connect } from '../sync/connect.js';
import type { StreamState } from '../sync/cursor.js';
import type { SelectedStream } from '../sync/sink.js';
import type { StreamStats } from '../sync/stats.js';
import { sync } from '../sync/sync.js';
import { Metrics } from './metrics.js';
import { progressText } from './progress.js';
import type { SingerSurroundings } from './run.js';
import { SingerSink } from './sink.js';
import type { SingerState } from './state.js';

export interface SingerSync {
  /** One row a stream, and no waiting for a server that does not answer. */
  readonly isTest: boolean;
  readonly settings: Settings;
  readonly streams: readonly SelectedStream[];
  readonly state: SingerState;
  readonly states: ReadonlyMap<string, StreamState>;
  readonly output: Output;
}

/** For trying out, an answer is wanted soon: also one that says what is wrong. */
const TEST_RETRY_SECONDS = 15;

/** @returns the exit code: 0 where every stream was synced whole */
export async function runSync(run: SingerSync, around: SingerSurroundings): Promise<number> {
  const { output, state, streams } = run;
  const { logger, now, signal } = around;
  const settings: Settings = run.isTest
    ? { ...run.settings, maxRetrySeconds: Math.min(run.settings.maxRetrySeconds, TEST_RETRY_SECONDS) }
    : run.settings;
  const stats = new Map<string, StreamStats>();
  const client = connect(settings, around, (stream) => stats.get(stream));
  const activateVersions = settings.emitActivateVersionMessages;
  const sink = new SingerSink({ output, state, now, signal, activateVersions, writesState: !run.isTest });
  const metrics = new Metrics(logger, around.pid);
  const progress = showProgress(around, () => [...stats.values()].at(-1));
  try {
    const result = await sync({
      streams,
      states: run.states,
      settings,
      client,
      sink,
      logger,
      signal,
      now,
      onStats: (begun) => {
        stats.set(begun.stream, begun);
        metrics.follow(begun);
      },
      onEnd: (ended, succeeded) => metrics.finish(ended, succeeded ? 'succeeded' : 'failed'),
      ...(run.isTest && { rowLimit: 1 }),
    });
    await sink.ended();
    progress?.end();
    for (const { summary, stream } of result.stats) logger.log('info', summary, stream);
    for (const { stream, error } of result.failures) {
      logger.log('critical', `${stream}: ${explanationOf(error)}`, stream);
      if (around.isDebug) logger.log('critical', stackOf(error), stream);
    }
    if (result.stopped) logger.log('warning', 'Stopped by a signal: run again with the last state to go on');
    return result.stopped || result.failures.length > 0 ? 1 : 0;
  } finally {
    progress?.end();
    metrics.end();
    client.close();
  }
}

function showProgress(around: SingerSurroundings, current: () => StreamStats | undefined): ProgressLine | null {
  const { stderr, logger, now } = around;
  if (stderr.isTTY !== true || logger.format === 'json') return null;
  const line = new ProgressLine(stderr, () => {
    const stats = current();
    return stats === undefined ? '' : progressText(stats, now());
  });
  logger.beforeLine = () => line.clear();
  return line;
}
