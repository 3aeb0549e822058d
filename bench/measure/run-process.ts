import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const nodeProbe = fileURLToPath(new URL('probe.cjs', import.meta.url));
const pythonCache = fileURLToPath(new URL('../../.venv-bench/pycache', import.meta.url));
const pythonProbe = fileURLToPath(new URL('../peers/probe', import.meta.url));

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** Where standard output goes: nowhere, through a pipe to `cat`, to a file, or to a reader of so many bytes a second. */
export type Sink = 'null' | 'pipe' | { readonly file: string } | { readonly bytesPerSecond: number };

export interface RunResult {
  /** Milliseconds since 1970, as those of the server. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly peakMegabytes: number;
  readonly userSeconds: number;
  readonly stderr: string;
}

interface Probed {
  readonly peakKilobytes: number;
  readonly userSeconds: number;
}

/** Milliseconds since 1970, finer than Date.now. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Runs a Node or Python program to its end, with a probe in it that tells its memory and CPU time.
 *
 * @param folder for the probe's file
 * @throws where it does not end with 0
 */
export async function runProcess({ program, args }: Command, sink: Sink, folder: string): Promise<RunResult> {
  const probeFile = join(folder, 'probe.json');
  await rm(probeFile, { force: true });
  const env = {
    PATH: process.env['PATH'] ?? '',
    // What frameworks keep at home (dlt does) is not kept.
    HOME: folder,
    RUNTIME__DLTHUB_TELEMETRY: 'false',
    PYTHONPYCACHEPREFIX: pythonCache,
    NODE_OPTIONS: `--require ${nodeProbe}`,
    PYTHONPATH: pythonProbe,
    BENCH_PROBE_FILE: probeFile,
  };
  const file = typeof sink === 'object' && 'file' in sink ? await open(sink.file, 'w') : null;
  const isSlow = typeof sink === 'object' && 'bytesPerSecond' in sink;
  const stdio: StdioOptions = ['ignore', file?.fd ?? (isSlow ? 'pipe' : 'ignore'), 'pipe'];
  const startedAt = now();
  const child =
    sink === 'pipe'
      ? spawn('bash', ['-o', 'pipefail', '-c', '"$@" | cat >/dev/null', 'bench', program, ...args], { env, stdio })
      : spawn(program, args, { env, stdio });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close');
  const exited = once(child, 'exit');
  if (isSlow && child.stdout !== null) await readSlowly(child.stdout, sink.bytesPerSecond);
  await exited;
  const endedAt = now();
  await closed;
  await file?.close();
  if (child.exitCode !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${String(child.exitCode)}:\n${stderr.slice(-2000)}`);
  }
  const { peakKilobytes, userSeconds } = JSON.parse(await readFile(probeFile, 'utf8')) as Probed;
  return { startedAt, endedAt, peakMegabytes: (peakKilobytes * 1024) / 1e6, userSeconds, stderr };
}

async function readSlowly(stream: AsyncIterable<unknown>, bytesPerSecond: number): Promise<void> {
  const began = performance.now();
  let read = 0;
  for await (const chunk of stream) {
    read += Buffer.isBuffer(chunk) ? chunk.length : 0;
    const early = (read / bytesPerSecond) * 1000 - (performance.now() - began);
    if (early > 20) await sleep(early);
  }
}
