import { once } from 'node:events';
import type { JsonObject } from '../../src/base/json.js';
import type { StreamName } from '../../src/sandbox/rows.js';
import { configured } from '../support/airbyte.js';
import type { Face } from '../support/hostile-run.js';
import { start, type Ended, type Workspace } from '../support/tap.js';
import { carryOut, cutsOutput, type Kill } from './kill.js';

/** Where each stream stands: the part of a state that both faces share. */
export type Bookmarks = ReadonlyMap<StreamName, JsonObject>;

export interface TapRun {
  readonly face: Face;
  readonly settings: JsonObject;
  readonly given: Bookmarks;
  readonly kill: Kill | null;
}

/** How a run ended. `stdout` is what its reader took. */
export interface TapEnd extends Ended {
  /** Whether the kill was carried out before the process had ended. */
  readonly wasHit: boolean;
  readonly hangs: boolean;
  readonly seconds: number;
}

/** No run takes so long unless it hangs: a request is given up after some seconds. */
const HANGS_MS = 180_000;

/** Starts the tap, kills it as planned, and waits for its end. */
export async function runTap(workspace: Workspace, run: TapRun): Promise<TapEnd> {
  const began = performance.now();
  const child = start('tap-circle', await argumentsOf(workspace, run));
  const { kill } = run;
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  let taken = 0;
  let wasHit = false;
  let hangs = false;
  const strike = (): void => {
    if (kill === null || wasHit || child.exitCode !== null || child.signalCode !== null) return;
    wasHit = true;
    carryOut(kill, child);
  };
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => {
    const left = kill !== null && cutsOutput(kill) ? leftFor(kill, wasHit, taken, chunk.length) : chunk.length;
    out.push(chunk.subarray(0, left));
    taken += left;
    if (kill !== null && kill.atByte > 0 && taken >= kill.atByte) strike();
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const early = kill?.atByte === 0 ? setTimeout(strike, kill.pauseMs) : undefined;
  const watchdog = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, HANGS_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(watchdog);
  clearTimeout(early);
  const [stdout, stderr] = [Buffer.concat(out).toString(), Buffer.concat(errors).toString()];
  return { code, signal, stdout, stderr, wasHit, hangs, seconds: (performance.now() - began) / 1000 };
}

/** How much of a chunk a reader takes that is gone after the byte of its kill, or was gone before the first one. */
function leftFor({ atByte }: Kill, wasHit: boolean, taken: number, length: number): number {
  if (wasHit) return 0;
  return atByte === 0 ? length : Math.min(length, atByte - taken);
}

async function argumentsOf(workspace: Workspace, { face, settings, given }: TapRun): Promise<string[]> {
  const config = ['--config', await workspace.file('config.json', settings)];
  const state = given.size === 0 ? [] : ['--state', await workspace.file('state.json', stateFor(face, given))];
  if (face === 'singer') return [...config, ...state];
  const catalog = await workspace.file('catalog.json', configured('incremental'));
  return ['read', ...config, '--catalog', catalog, ...state];
}

/** The same bookmarks as either face takes them: a history may go on under the other one. */
function stateFor(face: Face, given: Bookmarks): JsonObject | JsonObject[] {
  if (face === 'singer') return { bookmarks: Object.fromEntries(given) };
  return [...given].map(([name, blob]) => ({
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: blob },
  }));
}
