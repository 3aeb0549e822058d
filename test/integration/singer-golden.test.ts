import { afterAll, afterEach, beforeAll, beforeEach, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { expectGolden } from '../support/golden.js';
import { Workspace, type Synced } from '../support/tap.js';

/** What a run writes to stdout and to stderr, to the letter. */

let sandbox: Sandbox;
let workspace: Workspace;

beforeAll(async () => {
  sandbox = await startSandbox({ events: 5, visits: 2, seed: 9 });
});
afterAll(async () => {
  await sandbox.close();
});
beforeEach(async () => {
  workspace = await Workspace.make();
});
afterEach(async () => {
  await workspace.remove();
});

/** The text without what differs from run to run. */
function settled(text: string): string {
  return text
    .replace(/"time_extracted":"[^"]+"/g, '"time_extracted":"NOW"')
    .replace(/"(pid|ts)":[\d.]+/g, '"$1":0')
    .replace(/("metric":"sync_duration","value":)[\d.]+/g, '$10')
    .replace(/[\d,]+ requests?, ([\d,]+ retr\w+), \d+\.\d s, [\d,]+ rows\/s/g, 'N requests, $1, S s, N rows/s')
    .replaceAll(workspace.folder, 'FOLDER')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/request id [0-9a-f-]+/g, 'request id ID');
}

function golden(name: string, synced: Synced): void {
  expectGolden(`test/fixtures/singer/${name}.stdout.jsonl`, settled(synced.stdout));
  expectGolden(`test/fixtures/singer/${name}.stderr.txt`, settled(synced.stderr));
}

test('a first sync in pages, one without news, a flattened one with structured logs, one that fails', async () => {
  const config = { api_token: sandbox.token, base_url: sandbox.url };
  const first = await workspace.tap({ ...config, page_size: 3, unknown_key: 1 });
  golden('first', first);
  golden('again', await workspace.tap(config, { state: first.lastState }));
  const shaped = { flattening_enabled: true, log_format: 'json', event_names: ['post.liked'], hash_fields: [] };
  golden('flattened', await workspace.tap({ ...config, ...shaped }));
  golden('failed', await workspace.tap({ ...config, visits_path: '/nowhere' }));
});
