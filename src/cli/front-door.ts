import { Console } from 'node:console';
import { explanationOf, stackOf, UsageError } from '../base/errors.js';
import { Redactor } from '../base/redactor.js';
import { keepCompiledCode } from '../io/compile-cache.js';
import { logLevelOf } from '../io/log-format.js';
import { OutputClosedError } from '../io/output.js';
import { StopSignals } from '../io/signals.js';
import { keepHeapSmall } from '../io/small-heap.js';
import { StderrLogger } from '../io/stderr-logger.js';
import type { Surroundings } from '../io/surroundings.js';

export interface Program {
  readonly name: string;
  /** Prefix of its environment variables. */
  readonly environmentPrefix: string;
  /** @returns the exit code */
  run(argv: readonly string[], around: ProgramSurroundings): Promise<number>;
}

export interface ProgramSurroundings extends Surroundings {
  readonly logger: StderrLogger;
  readonly redactor: Redactor;
  /** Whether the command line has `--debug`; it is taken out of the arguments. */
  readonly isDebug: boolean;
}

/** A heap does not grow large in less. */
const SHORT_RUN_MS = 100;

/**
 * Runs a program in this process: gives it its surroundings, turns what it throws into one line on stderr and an exit
 * code (1 failure, 2 usage), and lets the process end by itself, so that no output is cut, or by the signal that came.
 */
export async function enter(program: Program, process: NodeJS.Process): Promise<void> {
  const { stdout, stderr } = process;
  // Of a run that never comes to its end: should all work be gone with something still awaited, that is no success.
  process.exitCode = 1;
  keepCompiledCode(process.env, process.getuid?.() ?? null);
  // What it takes to load would be a part of what a short run takes.
  setTimeout(() => void keepHeapSmall(), SHORT_RUN_MS).unref();
  // stdout belongs to the protocol: a dependency that prints shall not get there.
  globalThis.console = new Console(stderr, stderr);
  const now = (): number => Date.now();
  const redactor = new Redactor();
  const logger = new StderrLogger({ stream: stderr, redactor, program: program.name, pid: process.pid, now });
  logger.lowest = logLevelOf(process.env, program.environmentPrefix);
  const signals = new StopSignals(process);
  const isDebug = process.argv.includes('--debug');
  const { env, pid } = process;
  const stdin = (): NodeJS.ReadStream => process.stdin;
  const surroundings = { stdin, stdout, stderr, env, pid, now, random: Math.random, signal: signals.signal };
  try {
    const argv = process.argv.slice(2).filter((argument) => argument !== '--debug');
    process.exitCode = await program.run(argv, { ...surroundings, logger, redactor, isDebug });
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    if (!signals.signal.aborted || error instanceof OutputClosedError) report(error, logger, isDebug);
  } finally {
    signals.end();
  }
}

function report(error: unknown, logger: StderrLogger, isDebug: boolean): void {
  logger.log('critical', explanationOf(error));
  if (isDebug) logger.log('critical', stackOf(error));
}
