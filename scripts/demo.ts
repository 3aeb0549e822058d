import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { startSandbox } from '../src/sandbox/sandbox.js';
import { loadMessages, type Loaded } from './demo/load-messages.js';

/**
 * What somebody sees who has just cloned this: a community without a Circle account, a first sync, new rows, a second
 * sync from the state of the first. Everything is left in a folder to look at.
 */
const folder = 'demo-output';
const tap = 'dist/tap-circle.js';
const token = 'demo-token-of-the-sandbox';

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const began = Date.now();
const sandbox = await startSandbox({ events: 9000, visits: 3000, seed: 1, token });
try {
  say(`A Circle Data API with the events and visits of an invented community listens at ${sandbox.url}.`);
  await writeFile(`${folder}/config.json`, json({ api_token: token, base_url: sandbox.url }));

  await run(['--discover'], `${folder}/catalog.json`);
  const catalog = JSON.parse(await readFile(`${folder}/catalog.json`, 'utf8')) as { streams: { stream: string }[] };
  say(`Discovered: ${catalog.streams.map(({ stream }) => stream).join(', ')}.`);

  const options = ['--config', `${folder}/config.json`, '--catalog', `${folder}/catalog.json`];
  await run(options, `${folder}/first-sync.jsonl`);
  const first = await loadMessages([`${folder}/first-sync.jsonl`]);
  await writeFile(`${folder}/state.json`, json(first.state));
  say(
    '',
    `The first sync brought ${count(first, 'events')} events and ${count(first, 'visits')} visits:`,
    ...byName(first),
  );

  const added = [
    ...sandbox.addRows({ stream: 'events', count: 7 }),
    ...sandbox.addRows({ stream: 'visits', count: 3 }),
  ];
  say('', `Meanwhile in the community: ${added.length} new rows.`);
  await run([...options, '--state', `${folder}/state.json`], `${folder}/second-sync.jsonl`);
  const second = await loadMessages([`${folder}/second-sync.jsonl`]);
  await writeFile(`${folder}/state.json`, json(second.state));
  const both = [...(second.rows.get('events')?.values() ?? []), ...(second.rows.get('visits')?.values() ?? [])];
  say(`The second sync, from the state of the first, brought ${both.length} rows and nothing else:`);
  say(...both.map((row) => `  ${String(row['created_at'])}  ${String(row['name'])}`));

  const all = await loadMessages([`${folder}/first-sync.jsonl`, `${folder}/second-sync.jsonl`]);
  for (const [stream, rows] of all.rows) {
    await writeFile(`${folder}/${stream}.jsonl`, [...rows.values()].map((row) => JSON.stringify(row) + '\n').join(''));
  }
  say('', 'Bookmarks:', ...bookmarks(second.state));
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  say(
    '',
    `In ${folder}/: what the tap wrote (first-sync.jsonl, second-sync.jsonl), the rows as a target would hold them`,
    `(events.jsonl, visits.jsonl), the state (state.json). Done in ${seconds} s.`,
    '',
    'Next, with a target of your choice (pipx install target-jsonl) and a sandbox that stays up:',
    '',
    '  npx circle-sandbox --port 8765 --token secret &',
    '  export TAP_CIRCLE_BASE_URL=http://127.0.0.1:8765 TAP_CIRCLE_API_TOKEN=secret',
    '  npx tap-circle --config=ENV | target-jsonl > state.jsonl',
    '  tail -1 state.jsonl > state.json',
    '  npx tap-circle --config=ENV --state state.json | target-jsonl >> state.jsonl',
  );
} finally {
  await sandbox.close();
}

function say(...lines: string[]): void {
  for (const line of lines) console.log(line);
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + '\n';
}

/** Runs the tap as a user would, its output into a file. @throws where it fails */
async function run(args: readonly string[], output: string): Promise<void> {
  const child = spawn(process.execPath, [tap, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await pipeline(child.stdout, createWriteStream(output));
  const code = await exited;
  if (code !== 0) throw new Error(`tap-circle ended with ${String(code)}:\n${complaints.join('')}`);
}

function count(loaded: Loaded, stream: string): string {
  return (loaded.rows.get(stream)?.size ?? 0).toLocaleString('en');
}

function byName(loaded: Loaded): string[] {
  const names = new Map<string, number>();
  for (const rows of loaded.rows.values()) {
    for (const row of rows.values()) names.set(String(row['name']), (names.get(String(row['name'])) ?? 0) + 1);
  }
  return [...names]
    .sort((a, b) => b[1] - a[1])
    .map(([name, times]) => `  ${times.toLocaleString('en').padStart(6)}  ${name}`);
}

function bookmarks(state: Loaded['state']): string[] {
  return Object.entries(state.bookmarks).map(([stream, bookmark]) => `  ${stream}: ${bookmark.replication_key_value}`);
}
