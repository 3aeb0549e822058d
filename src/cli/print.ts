import type { Writable } from 'node:stream';
import { Output } from '../io/output.js';

/**
 * Prints what a command line asked for, where that is all: a version, help, a description.
 *
 * @returns the exit code
 * @throws OutputClosedError where the reader has gone
 */
export async function print(text: string, { stdout }: { readonly stdout: Writable }): Promise<number> {
  const output = new Output(stdout);
  await output.write(`${text}\n`);
  await output.flush();
  return 0;
}
