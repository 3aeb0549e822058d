import { fileURLToPath } from 'node:url';
import { run, Workspace, type RunOptions } from './tap.js';

export type Face = 'singer' | 'airbyte';
export const faces: readonly Face[] = ['singer', 'airbyte'];

/** A token with characters that are written in another way in URLs and base64. */
export const TOKEN = 'tok-5ecret/+value=';

/** How a sync of `events` from a hostile server ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The text of each record, byte for byte: taken off the lines without a JSON parser. */
  readonly records: readonly string[];
  /** The text of each state. */
  readonly states: readonly string[];
  /** What ended the stream or the run: CRITICAL lines, or messages of TRACE ERROR. */
  readonly errors: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that the process had; only of runs with `measured`. */
  readonly peakMegabytes: number;
}

export interface HostileRun {
  readonly face?: Face;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Dotted paths of properties to leave out. */
  readonly without?: readonly string[];
  readonly state?: unknown;
  /** Whether the process tells its peak memory. */
  readonly measured?: boolean;
  readonly options?: RunOptions;
}

const probe = fileURLToPath(new URL('./peak-memory.cjs', import.meta.url));

/** Quick to give up: what is looked at is how it ends. */
const impatient = { request_timeout_seconds: 1, max_retry_seconds: 1, requests_per_minute: 0 };

/** Syncs `events` from a server to the end, in a folder of its own. */
export async function syncFrom(url: string, how: HostileRun = {}): Promise<Outcome> {
  const workspace = await Workspace.make();
  try {
    const { face = 'singer', measured = false, options = {} } = how;
    const [name, args] = await commandLine(workspace, url, face, how);
    const env = { ...options.env, ...(measured && { NODE_OPTIONS: `--require ${probe}` }) };
    const { code, signal, stdout, stderr } = await run(name, args, { ...options, env });
    const peakMegabytes = Number(/peak memory (\d+) kB/.exec(stderr)?.[1] ?? 0) / 1024;
    return { code, signal, stdout, stderr, peakMegabytes, ...linesOf(face, stdout, stderr) };
  } finally {
    await workspace.remove();
  }
}

/** The executable and its arguments for a sync of `events` alone; the files are in the workspace. */
export async function commandLine(
  workspace: Workspace,
  url: string,
  face: Face,
  { settings = {}, without = [], state }: HostileRun = {},
): Promise<readonly [string, readonly string[]]> {
  const config = await workspace.file('config.json', { api_token: TOKEN, base_url: url, ...impatient, ...settings });
  const catalog = await workspace.file('catalog.json', face === 'singer' ? singerCatalog(without) : airbyteCatalog());
  const args = ['--config', config, '--catalog', catalog];
  if (state !== undefined) args.push('--state', await workspace.file('state.json', state));
  return face === 'singer' ? ['tap-circle', args] : ['source-circle', ['read', ...args]];
}

/** Picks apart what a face wrote. Only Singer's errors are on stderr. */
export function linesOf(face: Face, stdout: string, stderr: string): Pick<Outcome, 'records' | 'states' | 'errors'> {
  const lines = stdout.split('\n');
  const all = (pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
  if (face === 'singer') {
    return {
      records: all(/^\{"type":"RECORD","stream":"events","record":(.*),"time_extracted":"[^"]*"\}$/),
      states: all(/^\{"type":"STATE","value":(.*)\}$/),
      errors: stderr.split('\n').filter((line) => line.startsWith('CRITICAL ')),
    };
  }
  const errors = lines.flatMap((line) => {
    if (!line.startsWith('{"type":"TRACE"')) return [];
    const { trace } = JSON.parse(line) as { trace: { error?: { message: string } } };
    return trace.error === undefined ? [] : [trace.error.message];
  });
  return {
    records: all(/^\{"type":"RECORD","record":\{"stream":"events","data":(.*),"emitted_at":\d+\}\}$/),
    states: all(/^\{"type":"STATE","state":(.*)\}$/),
    errors,
  };
}

/** Whether any form of the token stands in what came out: as it is, URL-encoded, base64, or its middle. */
export function showsToken({ stdout, stderr }: Pick<Outcome, 'stdout' | 'stderr'>): boolean {
  const base64 = Buffer.from(TOKEN).toString('base64').replace(/=+$/, '');
  return [TOKEN, encodeURIComponent(TOKEN), base64, '5ecret'].some((form) => (stdout + stderr).includes(form));
}

function singerCatalog(without: readonly string[]): object {
  const left = without.map((path) => ({
    breadcrumb: path.split('.').flatMap((name) => ['properties', name]),
    metadata: { selected: false },
  }));
  const metadata = [{ breadcrumb: [], metadata: { selected: true } }, ...left];
  return { streams: [{ tap_stream_id: 'events', metadata }] };
}

function airbyteCatalog(): object {
  return {
    streams: [
      {
        stream: { name: 'events', json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
      },
    ],
  };
}

/** Ids of the records, in order. */
export function idsIn({ records }: Pick<Outcome, 'records'>): unknown[] {
  return records.map((text) => (JSON.parse(text) as { id: unknown }).id);
}
