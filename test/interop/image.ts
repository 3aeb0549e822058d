/**
 * Builds the image and runs everything it is for, from inside.
 *
 *     npx tsx test/interop/image.ts
 *
 * IMAGE_BUILDER: a program that builds and runs it in the way of docker-image.sh, which is the default and needs Docker.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import catalog from '../../catalog.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };
import specification from '../../spec.json' with { type: 'json' };
import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { SegmentServer } from '../support/segment-server.js';

const builder = process.env['IMAGE_BUILDER'] ?? 'test/interop/docker-image.sh';
const folder = mkdtempSync(join(tmpdir(), 'tap-circle-image-'));
// The image's user is not ours.
chmodSync(folder, 0o777);

let passed = 0;
const misses: string[] = [];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function build(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(builder, args, {
      env: { ...process.env, IMAGE_MOUNT: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
    });
  });
}

const run = (...args: string[]): Promise<Ended> => build(['run', ...args]);
const shell = (...lines: string[]): Promise<Ended> => run('sh', '-ec', lines.join('\n'));

function check(what: string, have: unknown, want: unknown): void {
  if (isDeepStrictEqual(have, want)) passed++;
  else
    misses.push(
      `${what}: ${JSON.stringify(have ?? null).slice(0, 600)} for ${JSON.stringify(want ?? null).slice(0, 300)}`,
    );
}

function put(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** The messages of one type in an output of JSON lines. */
function messages(output: string, type: string): Record<string, unknown>[] {
  const lines = output.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return parsed.filter((message) => message['type'] === type);
}

async function configuration(): Promise<void> {
  const { stdout } = await build(['inspect']);
  const config = JSON.parse(stdout) as Record<string, unknown>;
  const labels = config['Labels'] as Record<string, string>;
  const env = config['Env'] as string[];
  const entrypoint = config['Entrypoint'] as string[];
  check('USER', config['User'], '1000:1000');
  check('ENTRYPOINT is one absolute path', entrypoint.length === 1 && entrypoint[0]?.startsWith('/'), true);
  check('AIRBYTE_ENTRYPOINT', env.includes(`AIRBYTE_ENTRYPOINT=${String(entrypoint[0])}`), true);
  check('io.airbyte.name', labels['io.airbyte.name'], 'tap-circle/source-circle');
  for (const label of ['io.airbyte.version', 'org.opencontainers.image.version']) {
    check(label, labels[label], manifest.version);
  }
  check('licence', labels['org.opencontainers.image.licenses'], manifest.license);
}

async function programs(): Promise<void> {
  const { version } = manifest;
  check('--version', (await run('--version')).stdout, `tap-circle ${version}\n`);
  for (const name of ['tap-circle', 'source-circle', 'target-segment', 'circle-sandbox']) {
    const ended = await run(name, '--version');
    check(`${name} --version`, [ended.code, ended.stdout.trim().split(' ').at(-1), ended.stderr], [0, version, '']);
  }
  const [spec] = messages((await run('spec')).stdout, 'SPEC');
  check(
    'spec',
    (spec?.['spec'] as typeof specification).connectionSpecification,
    specification.connectionSpecification,
  );
  check('--discover', JSON.parse((await run('--discover')).stdout), catalog);
  const facts = await shell('id -u', 'id -g', 'touch /airbyte/file && rm /airbyte/file && echo writable', 'ls /app');
  check('user and folders', facts.stdout.split('\n'), [
    '1000',
    '1000',
    'writable',
    'LICENSE',
    'dist',
    'package.json',
    '',
  ]);
}

async function syncs(sandbox: Sandbox, config: string): Promise<void> {
  const truth = [...sandbox.rows('events'), ...sandbox.rows('visits')].map(({ id }) => id).sort();
  const ids = (output: string, key: string): string[] =>
    messages(output, 'RECORD')
      .map((message) => message['record'] as Record<string, unknown>)
      .map((record) => String((key === '' ? record : (record[key] as Record<string, unknown>))['id']))
      .sort();
  const singer = await run('--config', config);
  check('a sync by the tap', [singer.code, ids(singer.stdout, '')], [0, truth]);
  const checked = await run('check', '--config', config);
  const [status] = messages(checked.stdout, 'CONNECTION_STATUS');
  check('check', (status?.['connectionStatus'] as Record<string, unknown>)['status'], 'SUCCEEDED');
  const streams = ['events', 'visits'].map((name) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
    cursor_field: ['created_at'],
    primary_key: [['id']],
  }));
  const read = await run('read', '--config', config, '--catalog', put('airbyte.json', { streams }));
  const records = messages(read.stdout, 'RECORD').map(
    (message) => (message['record'] as Record<string, unknown>)['data'],
  );
  check('a read by the source', [read.code, records.map((data) => (data as { id: string }).id).sort()], [0, truth]);
}

/** `tap | target` inside the image, twice, its state kept between: every row is called once. */
async function pipes(sandbox: Sandbox, config: string): Promise<void> {
  const segment = await SegmentServer.start();
  put('segment.json', { write_key: 'write-key', host: segment.url, identify: 'never' });
  const pipe = [
    `cd ${folder}`,
    `export TAP='tap-circle --config ${config}' TARGET='target-segment --config segment.json'`,
    'exec circle circle-sync',
  ];
  const rows = (): number => [...sandbox.rows('events'), ...sandbox.rows('visits')].length;
  for (const round of ['first', 'second']) {
    const ended = await shell(...pipe);
    check(`the ${round} pipe ends well`, [ended.code, ended.code === 0 ? '' : ended.stderr.slice(-500)], [0, '']);
    check(`the ${round} pipe: calls`, [segment.calls.length, segment.taken.size], [rows(), rows()]);
    if (round === 'first') {
      sandbox.addRows({ count: 30, created_at: [...sandbox.rows('events')].at(-1)?.created ?? '' });
      sandbox.addRows({ stream: 'visits', count: 12, created_at: '2026-07-02T00:00:00Z' });
    }
  }
  check('what Segment would drop', [...segment.complaints], []);
  await segment.close();
}

/** The tap is killed softly: Node gets the signal, and the last line is a STATE. Then a sandbox from the same image. */
async function signalsAndSandbox(config: string): Promise<void> {
  const slow = await shell(
    `cd ${folder}`,
    `circle tap-circle --config ${config} > cut.jsonl & pid=$!`,
    'while ! grep -q STATE cut.jsonl; do sleep 0.05; done',
    'cut -c 1-4 /proc/$pid/cmdline | tr "\\0" "\\n" | head -n 1',
    'kill -TERM $pid; wait $pid || echo $?',
    'tail -n 1 cut.jsonl | cut -c 1-15',
    'grep -c RECORD cut.jsonl',
  );
  const [program, code, last, count] = slow.stdout.split('\n');
  check('SIGTERM reaches Node', [program, code, last], ['node', '143', '{"type":"STATE"']);
  check('SIGTERM: rows before it', Number(count) > 0 && Number(count) < 1200, true);
  const own = await shell(
    'circle-sandbox --port 0 --events 40 --visits 10 > sandbox.json 2> sandbox.txt & pid=$!',
    'while ! test -s sandbox.json; do sleep 0.05; done',
    `node -e "const { url, token } = JSON.parse(require('fs').readFileSync('sandbox.json', 'utf8'));` +
      ` console.log(JSON.stringify({ base_url: url, api_token: token }))" > config.json`,
    'tap-circle --config config.json',
    'kill $pid',
  );
  check('a sync from the sandbox inside', messages(own.stdout, 'RECORD').length, 50);
}

/** In bytes of files, which is the same for every builder. */
async function sizes(): Promise<string> {
  const { stdout } = await shell(
    'bytes() { du --summarize --bytes --one-file-system "$@" 2>/dev/null | tail -n 1 | cut -f 1; }',
    'bytes --exclude=/proc --exclude=/sys --exclude=/dev --exclude="' + folder + '" /',
    'bytes /usr/local/bin/node',
    'bytes /usr/local/lib/node_modules',
    'bytes /app',
  );
  const [all = 0, node = 0, npm = 0, app = 0] = stdout.trim().split('\n').map(Number);
  const line = (bytes: number, what: string): string => `${bytes.toLocaleString('en-US').padStart(12)}  ${what}`;
  check('our own part is below 3 MB', app > 100_000 && app < 3_000_000, true);
  return [
    line(all, 'bytes in the image, of which'),
    line(node, 'node'),
    line(npm, 'npm, of the base image'),
    line(app, 'ours: four programs, licences'),
    line(all - node - npm - app, 'Debian'),
  ].join('\n');
}

const made = await build([]);
if (made.code !== 0) {
  process.stderr.write(`${made.stdout.slice(-3000)}${made.stderr.slice(-3000)}\nimage: it could not be built\n`);
  process.exit(1);
}
const sandbox = await startSandbox({ events: 900, visits: 300 });
const settings = { api_token: sandbox.token, base_url: sandbox.url };
const config = put('config.json', settings);
await configuration();
await programs();
await syncs(sandbox, config);
await pipes(sandbox, config);
await sandbox.close();
const slowSandbox = await startSandbox({ events: 900, visits: 300, latencyMs: 100 });
await signalsAndSandbox(
  put('slow.json', { api_token: slowSandbox.token, base_url: slowSandbox.url, page_size: 50, max_concurrency: 1 }),
);
await slowSandbox.close();
const table = await sizes();
rmSync(folder, { recursive: true, force: true });
for (const miss of misses) process.stdout.write(`MISSED ${miss}\n`);
process.stdout.write(
  `${readFileSync('Dockerfile', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('FROM'))
    .at(-1)}\n`,
);
process.stdout.write(`${table}\nimage: ${passed} passed, ${misses.length} failed\n`);
process.exitCode = misses.length > 0 ? 1 : 0;
