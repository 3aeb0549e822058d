import type { Readable, Writable } from 'node:stream';

/** All that a program here takes from the process it runs in, so that nothing else reaches for globals. */
export interface Surroundings {
  /** A function, since asking for it opens it. */
  readonly stdin: () => Readable;
  readonly stdout: Writable & { readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Aborted when the run shall stop. */
  readonly signal: AbortSignal;
}
