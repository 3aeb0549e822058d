import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../../src/base/json.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { parseMessages, type AirbyteMessage } from './airbyte-messages.js';

/** The built executables; another folder may be named, to test a build of one's own. */
export const dist = process.env['TAP_CIRCLE_DIST'] ?? 'dist';

/** One run of an executable, to its end. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Every line of stdout, each checked against the protocol. */
  readonly messages: readonly AirbyteMessage[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly executable?: 'source-circle' | 'tap-circle';
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Given the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  readonly onOutput?: (text: string, child: ChildProcess) => void;
}

/** Runs an executable with a verb. @throws where a line of stdout is not of the protocol */
export async function runSource(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const begin = performance.now();
  const child = spawn(process.execPath, [join(dist, `${options.executable ?? 'source-circle'}.js`), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  options.onStart?.(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
    options.onOutput?.(text, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const seconds = (performance.now() - begin) / 1000;
  return { code, signal, ...output, messages: parseMessages(output.stdout), seconds };
}

const benches = new Set<Bench>();

/** Ends all that a test file started, also where a test failed. */
export async function closeBenches(): Promise<void> {
  await Promise.all([...benches].map((bench) => bench.close()));
}

/** A sandbox, a folder for input files, and the verbs run against them. */
export class Bench {
  readonly sandbox: Sandbox;
  /** Holds the input files. */
  readonly folder = mkdtempSync(join(tmpdir(), 'airbyte-'));
  private files = 0;

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  static async start(options: SandboxOptions = {}): Promise<Bench> {
    const bench = new Bench(await startSandbox(options));
    benches.add(bench);
    return bench;
  }

  async close(): Promise<void> {
    benches.delete(this);
    rmSync(this.folder, { recursive: true });
    await this.sandbox.close();
  }

  /** Writes an input file. */
  file(content: JsonValue): string {
    return this.text(JSON.stringify(content));
  }

  /** Writes an input file that need not be JSON. */
  text(content: string): string {
    const path = join(this.folder, `${++this.files}.json`);
    writeFileSync(path, content);
    return path;
  }

  /** A configuration file for the sandbox. */
  config(settings: JsonObject = {}): string {
    return this.file({ api_token: this.sandbox.token, base_url: this.sandbox.url, ...settings });
  }

  async check(settings: JsonObject = {}, ...flags: readonly string[]): Promise<Run> {
    return await runSource(['check', '--config', this.config(settings), ...flags]);
  }

  async read(input: ReadInput = {}, options: RunOptions = {}): Promise<Run> {
    const { settings, catalog = configured('incremental'), state, flags = [] } = input;
    const args = ['read', '--config', this.config(settings), '--catalog', this.file(catalog)];
    if (state !== undefined) args.push('--state', this.file(state));
    return await runSource([...args, ...flags], options);
  }
}

export interface ReadInput {
  readonly settings?: JsonObject;
  readonly catalog?: JsonValue;
  readonly state?: JsonValue;
  readonly flags?: readonly string[];
}

/** A configured catalog as PyAirbyte writes it; `more` goes into each of its streams. */
export function configured(
  mode: string,
  names: readonly string[] = ['events', 'visits'],
  more: JsonObject = {},
): JsonObject & { readonly streams: JsonObject[] } {
  return {
    streams: names.map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: mode,
      destination_sync_mode: 'append_dedup',
      cursor_field: ['created_at'],
      primary_key: [['id']],
      ...more,
    })),
  };
}
