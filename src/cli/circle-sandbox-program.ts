import type { Writable } from 'node:stream';
import { messageOf } from '../base/errors.js';
import { StopSignals } from '../io/signals.js';
import { print } from './print.js';
import { wantsReadyHelp } from './ready-help.js';
import { version } from './version.js';

/** What the program has of its process. */
export interface SandboxSurroundings {
  /** For its one line of JSON. */
  readonly stdout: Writable & { readonly columns?: number };
  /** For people. */
  readonly stderr: Writable;
  /** Aborted when it shall end. */
  readonly signal: AbortSignal;
}

/** Runs the sandbox in this process until a signal ends it; sets the exit code. */
export async function circleSandbox(process: NodeJS.Process): Promise<void> {
  // Should all work be gone with something still awaited, that is no success.
  process.exitCode = 1;
  const { stdout, stderr } = process;
  const signals = new StopSignals(process);
  try {
    process.exitCode = await run(process.argv.slice(2), { stdout, stderr, signal: signals.signal });
  } catch (error) {
    stderr.write(`circle-sandbox: ${messageOf(error)}\n`);
  } finally {
    signals.end();
  }
}

/** What serves is loaded only where it is asked for. */
async function run(argv: readonly string[], around: SandboxSurroundings): Promise<number> {
  if (argv.length === 1 && argv[0] === '--version') return await print(`circle-sandbox ${version}`, around);
  if (wantsReadyHelp(argv, around.stdout)) {
    const { default: help } = await import('../generated/help-circle-sandbox.js');
    return await print(help, around);
  }
  const { serve } = await import('./circle-sandbox-serve.js');
  return await serve(argv, around);
}
