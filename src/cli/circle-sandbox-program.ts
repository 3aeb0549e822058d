import type { Writable } from 'node:stream';
import { wantsReadyHelp } from './ready-help.js';
import { version } from './version.js';

/** Where the program writes: its one line of JSON to `stdout`, words for people to `stderr`. */
export interface Outputs {
  readonly stdout: Writable & { readonly columns?: number };
  readonly stderr: Writable;
}

/** Runs the sandbox in this process until a signal ends it; sets the exit code. */
export async function circleSandbox(process: NodeJS.Process): Promise<void> {
  // Should all work be gone with something still awaited, that is no success.
  process.exitCode = 1;
  process.exitCode = await run(process.argv.slice(2), process);
}

/** What serves is loaded only where it is asked for. */
async function run(argv: readonly string[], outputs: Outputs): Promise<number> {
  if (argv.length === 1 && argv[0] === '--version') return print(version, outputs);
  if (wantsReadyHelp(argv, outputs.stdout)) {
    const { default: help } = await import('../generated/help-circle-sandbox.js');
    return print(help, outputs);
  }
  const { serve } = await import('./circle-sandbox-serve.js');
  return await serve(argv, outputs);
}

function print(text: string, { stdout }: Outputs): number {
  stdout.write(`${text}\n`);
  return 0;
}
