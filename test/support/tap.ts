import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Path of a built executable; `TAP_CIRCLE_DIST` names a build elsewhere. */
export function executable(name: string): string {
  return join(process.env['TAP_CIRCLE_DIST'] ?? join(root, 'dist'), `${name}.js`);
}

/** A Singer message, as a target would read it. */
export interface Message {
  readonly type: 'SCHEMA' | 'RECORD' | 'STATE' | 'ACTIVATE_VERSION';
  readonly stream?: string;
  readonly record?: Readonly<Record<string, unknown>> & { readonly id: string; readonly created_at: string };
  readonly schema?: { readonly properties: Readonly<Record<string, unknown>>; readonly required?: readonly string[] };
  readonly value?: SingerState;
  readonly time_extracted?: string;
  readonly version?: number;
  readonly key_properties?: readonly string[];
  readonly bookmark_properties?: readonly string[];
}

export interface SingerState {
  readonly bookmarks: Readonly<Record<string, Bookmark | undefined>>;
}

export interface Bookmark {
  readonly replication_key: string;
  readonly replication_key_value?: string;
  readonly cursor?: { readonly bookmark: string | null; readonly from: string | null; readonly ids: readonly string[] };
}

/** How a process ended and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with the process as soon as it runs. */
  readonly onStart?: (child: ChildProcessWithoutNullStreams) => void;
}

/** Starts an executable with nothing of this process's environment but PATH. */
export function start(name: string, args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env['PATH'] ?? '', ...options.env };
  return spawn(process.execPath, [executable(name), ...args], { env, stdio: 'pipe' });
}

/** Runs an executable to its end. */
export async function run(name: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = start(name, args, options);
  const out: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(options.input ?? '');
  options.onStart?.(child);
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(errors).toString() });
    });
  });
}

/** A folder of its own for the files of one test, and the means to run the tap with them. */
export class Workspace {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), 'tap-circle-test-')));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Writes a file: text as it is, anything else as JSON. */
  async file(name: string, content: unknown): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** Runs the tap with a configuration and, where given, a catalog and a state. */
  async tap(
    config: Readonly<Record<string, unknown>>,
    files: { readonly state?: unknown; readonly catalog?: unknown; readonly args?: readonly string[] } = {},
    options: RunOptions = {},
  ): Promise<Synced> {
    const args = ['--config', await this.file('config.json', config), ...(files.args ?? [])];
    if (files.state !== undefined) args.push('--state', await this.file('state.json', files.state));
    if (files.catalog !== undefined) args.push('--catalog', await this.file('catalog.json', files.catalog));
    return new Synced(await run('tap-circle', args, options));
  }
}

/** What a run of the tap wrote, message by message. */
export class Synced implements Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whole lines only: a process that was killed may leave a part of one. */
  readonly messages: readonly Message[];

  constructor({ code, signal, stdout, stderr }: Ended) {
    this.code = code;
    this.signal = signal;
    this.stdout = stdout;
    this.stderr = stderr;
    this.messages = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Message);
  }

  /** Ids of a stream's records, in order. */
  ids(stream: string): string[] {
    return this.records(stream).map(({ id }) => id);
  }

  records(stream: string): NonNullable<Message['record']>[] {
    return this.messages.flatMap(({ type, record, stream: of }) =>
      type === 'RECORD' && of === stream && record !== undefined ? [record] : [],
    );
  }

  get states(): SingerState[] {
    return this.messages.flatMap(({ type, value }) => (type === 'STATE' && value !== undefined ? [value] : []));
  }

  get lastState(): SingerState | undefined {
    return this.states.at(-1);
  }

  /** `stderr` without the metrics: what a person is told. */
  get told(): string[] {
    return this.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('INFO METRIC:'));
  }
}

/** Microseconds since 1970 of a timestamp, computed apart from the code under test. */
export function micros(text: string): bigint {
  const parts = /^(.{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (parts === null) throw new Error(`no timestamp: ${text}`);
  const [, wall = '', fraction = '', zone = ''] = parts;
  return BigInt(Date.parse(wall + zone)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}
