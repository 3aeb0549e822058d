import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { SegmentServer } from './segment-server.js';
import { start, type Ended } from './tap.js';

export const WRITE_KEY = 'wk/Secret+Key=42';

/** How a process ended and what it wrote. */
export interface TargetRun extends Ended {
  /** Lines of `stdout`: the states. */
  readonly states: readonly string[];
  /** Lines of `stderr` without the metrics: what a person is told. */
  readonly told: readonly string[];
}

export interface TargetOptions {
  readonly args?: readonly string[];
  /** Settings, as environment variables. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text, or what is to be done with the process, its input among it. */
  readonly input?: string | ((child: ChildProcessWithoutNullStreams) => void);
}

/** Settings for a server in this process, with nothing that makes a test wait. */
export function settingsFor(segment: SegmentServer): Readonly<Record<string, string | number>> {
  return { write_key: WRITE_KEY, host: segment.url, events_per_second: 0 };
}

export function startTarget({ args, settings = {}, env = {} }: TargetOptions = {}): ChildProcessWithoutNullStreams {
  return start('target-segment', args ?? ['--config', 'ENV'], {
    env: { ...variables('TARGET_SEGMENT_', settings), ...env },
  });
}

/** Starts the tap on a sandbox. */
export function startTap(
  sandbox: Sandbox,
  settings: Readonly<Record<string, string | number>> = {},
  args: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  const all = { api_token: sandbox.token, base_url: sandbox.url, requests_per_minute: 0, ...settings };
  const tap = start('tap-circle', ['--config', 'ENV', ...args], { env: variables('TAP_CIRCLE_', all) });
  tap.stdin.end();
  return tap;
}

/** Runs the target to its end. */
export async function runTarget(options: TargetOptions): Promise<TargetRun> {
  const child = startTarget(options);
  const ended = ending(child);
  child.stdin.on('error', () => undefined);
  if (typeof options.input === 'function') options.input(child);
  else child.stdin.end(options.input ?? '');
  return await ended;
}

/** Resolves when the process has ended. */
export async function ending(child: ChildProcessWithoutNullStreams): Promise<TargetRun> {
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const [stdout, stderr] = [Buffer.concat(out).toString(), Buffer.concat(errors).toString()];
      const states = stdout.split('\n').filter((line) => line !== '');
      const told = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('INFO METRIC:'));
      resolve({ code, signal, stdout, stderr, states, told });
    });
  });
}

/** The most memory that a process has had so far, in megabytes; 0 where it has ended, or the system does not tell. */
export function peakMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Singer messages as lines. */
export function lines(...messages: readonly (object | string)[]): string {
  return messages.map((message) => `${typeof message === 'string' ? message : JSON.stringify(message)}\n`).join('');
}

function variables(
  prefix: string,
  settings: Readonly<Record<string, string | number | boolean>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [prefix + key.toUpperCase(), String(value)]),
  );
}
