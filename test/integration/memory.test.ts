import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { start, Workspace } from '../support/tap.js';

const probe = fileURLToPath(new URL('../support/peak-memory.cjs', import.meta.url));
let sandbox: Sandbox;
let workspace: Workspace;

beforeAll(async () => {
  sandbox = await startSandbox({ events: 200_000, visits: 0, seed: 4 });
  workspace = await Workspace.make();
});
afterAll(async () => {
  await sandbox.close();
  await workspace.remove();
});

test('200,000 rows peak below 150 MB, read as fast as they come', async () => {
  const config = await workspace.file('config.json', { api_token: sandbox.token, base_url: sandbox.url });
  const child = start('tap-circle', ['--config', config], { env: { NODE_OPTIONS: `--require ${probe}` } });
  let records = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) records++;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(code).toBe(0);
  expect(records).toBeGreaterThan(200_000);
  const kilobytes = Number(/peak memory (\d+) kB/.exec(stderr)?.[1]);
  expect(kilobytes).toBeGreaterThan(30_000);
  expect(kilobytes).toBeLessThan(150_000);
});
