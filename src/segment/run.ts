import { ConnectorError, messageOf } from '../base/errors.js';
import type { Redactor } from '../base/redactor.js';
import { Output } from '../io/output.js';
import { ProgressLine } from '../io/progress-line.js';
import type { StderrLogger } from '../io/stderr-logger.js';
import type { Surroundings } from '../io/surroundings.js';
import { configure, type TargetCommand } from './configure.js';
import { DeadLetterFile, type DeadLetterSink } from './delivery/dead-letters.js';
import { Delivery } from './delivery/delivery.js';
import { Ledger } from './delivery/ledger.js';
import type { Destination } from './destination.js';
import { dryDeadLetters, DryRun } from './dry-run.js';
import { TargetMetrics } from './metrics.js';
import { pump } from './pump.js';
import { progressText, summaryOf } from './report.js';
import { routerOf } from './router-of.js';
import { TargetStats } from './stats.js';
import { Streams } from './streams.js';

/** What the target has of its process. */
export interface TargetSurroundings extends Surroundings {
  readonly logger: StderrLogger;
  readonly redactor: Redactor;
  readonly version: string;
}

/**
 * Runs the target: reads Singer messages from stdin, and writes each STATE to stdout after everything before it was
 * accepted by Segment.
 *
 * @returns the exit code: 0 where everything was
 * @throws ConnectorError where nothing could begin
 */
export async function runTarget(command: TargetCommand, around: TargetSurroundings): Promise<number> {
  const { logger, now, random, signal, stdout, redactor } = around;
  const stdin = around.stdin();
  const settings = await configure(command, around);
  const router = await routerOf(settings, around);
  const output = new Output(stdout);
  const stats = new TargetStats(now);
  /** Aborted where there is nothing more to be read for. */
  const reading = new AbortController();
  const stopReading = (): void => reading.abort(new Error('nothing more is read'));
  if (signal.aborted) stopReading();
  signal.addEventListener('abort', stopReading);

  const ledger = new Ledger(async (text) => {
    try {
      await output.write(`${text}\n`);
    } catch (error) {
      delivery.fail(error);
      throw error;
    }
  });
  const { deadLetterFile } = settings;
  const letterFile = deadLetterFile === null || command.dryRun ? null : new DeadLetterFile(deadLetterFile, redactor);
  const isForgiving = settings.onError === 'dead_letter';
  const deadLetters: DeadLetterSink | null = isForgiving ? (letterFile ?? dryDeadLetters(logger)) : null;
  const delivery = new Delivery({ settings, ledger, deadLetters, stats, logger, now, random, onFailure: stopReading });
  const destination: Destination = command.dryRun ? new DryRun(output, deadLetters, ledger) : delivery;

  const done = command.dryRun ? 'printed' : 'accepted';
  const metrics = new TargetMetrics(stats, logger, around.pid);
  const progress = showProgress(around, () => progressText(stats, ledger, done));
  const failures: Error[] = [];
  const failed = (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (failures.includes(error)) return;
    failures.push(error);
    // At once: what is under way may still take its time.
    if (error instanceof ConnectorError && failures.length === 1) logger.log('critical', messageOf(error));
  };
  const streams = new Streams(router);
  await pump({ input: stdin, streams, destination, deadLetters, stats, signal: reading.signal }).catch(failed);
  // Also after a bad line: what came before it arrives, and is covered by the last state that is safe.
  await destination.finish().catch(failed);
  await output.flush().catch(failed);
  await letterFile?.close();
  stdin.destroy();
  stats.end();
  progress?.end();
  const [first] = failures;
  metrics.end(first === undefined && !signal.aborted ? 'succeeded' : 'failed');
  logger.log('info', summaryOf(stats, ledger, done));
  if (signal.aborted) logger.log('warning', 'Stopped by a signal: let the tap go on from the last state');
  if (first !== undefined && !(first instanceof ConnectorError)) throw first;
  return first === undefined && !signal.aborted ? 0 : 1;
}

function showProgress({ stderr, logger }: TargetSurroundings, text: () => string): ProgressLine | null {
  if (stderr.isTTY !== true || logger.format === 'json') return null;
  const line = new ProgressLine(stderr, text);
  logger.beforeLine = () => line.clear();
  return line;
}
