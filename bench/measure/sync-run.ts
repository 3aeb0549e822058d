import type { BenchServer } from './bench-server.js';
import type { Mode } from '../server/mode.js';
import { runProcess, type Command, type RunResult, type Sink } from './run-process.js';
import { median } from './statistics.js';

/** One sync against the server. */
export interface SyncRun extends RunResult {
  /** From the server's first request to the end of the process: what start-up takes is measured apart. */
  readonly seconds: number;
  /** From the start of the process to its end. */
  readonly wallSeconds: number;
  readonly requests: number;
  readonly refused: number;
  /** How many rows the server sent, those that came twice counted twice. */
  readonly rowsServed: number;
  readonly mostAtOnce: number;
  readonly bytes: number;
}

/** Runs a connector once against the server. */
export async function syncRun(
  server: BenchServer,
  command: Command,
  sink: Sink,
  folder: string,
  mode: Partial<Mode> = {},
): Promise<SyncRun> {
  await server.mode(mode);
  const result = await runProcess(command, sink, folder);
  const seen = await server.seen();
  const { requests, refused, rows: rowsServed, mostAtOnce, bytes } = seen;
  const seconds = (result.endedAt - seen.firstAt) / 1000;
  const wallSeconds = (result.endedAt - result.startedAt) / 1000;
  return { ...result, seconds, wallSeconds, requests, refused, rowsServed, mostAtOnce, bytes };
}

/** The median of one figure of several runs. */
export function medianOf<Run>(runs: readonly Run[] | undefined, figure: (run: Run) => number): number {
  return median((runs ?? []).map(figure));
}
