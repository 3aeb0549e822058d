import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/base/json.js';
import { Bench, closeBenches, configured, type Run } from '../support/airbyte.js';
import { lastStates } from '../support/airbyte-messages.js';
import { expectGolden } from '../support/golden.js';

/** What each verb writes, to the letter. `spec` is `spec.json`, and `discover` has `catalog.json` beside these. */

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start({ events: 0, visits: 0 });
  bench.sandbox.addRows({ rows: ['01', '02', '02', '03'].map((second, index) => row(`e${index}`, second)) });
  bench.sandbox.addRows({ stream: 'visits', rows: [{ ...row('v0', '04'), name: 'community_member.visit' }] });
});
afterAll(closeBenches);

function row(id: string, second: string): JsonObject {
  const at = `2024-05-01T10:00:${second}.000001Z`;
  const payload = { initiator: { type: 'CommunityMember', id: 9007199254740991, name: 'Zoë \u2028 Öz' } };
  return { id, name: 'post.liked', triggered_at: at, created_at: at, version: '1', payload };
}

/** The output without what differs from run to run and from machine to machine. */
function settled(run: Run): string {
  return run.stdout
    .replace(/"emitted_at":\d+/g, '"emitted_at":0')
    .replace(/[\d,]+ requests?, ([\d,]+ retr\w+), \d+\.\d s, [\d,]+ rows\/s/g, 'N requests, $1, S s, N rows/s')
    .replaceAll(bench.folder, 'FOLDER')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/request id [0-9a-f-]+/g, 'request id ID');
}

function golden(name: string, run: Run): void {
  expect(run.stderr).toBe('');
  expectGolden(`test/fixtures/airbyte/${name}.jsonl`, settled(run));
}

test('check', async () => {
  golden('check-succeeded', await bench.check());
  golden('check-failed', await bench.check({ api_token: 'another-token', visits_path: '/nowhere' }));
});

test('read: a first one, one without news, a full refresh, one that fails', async () => {
  const settings = { page_size: 2 };
  const first = await bench.read({ settings, state: [] });
  golden('read-first', first);
  golden('read-again', await bench.read({ settings, state: lastStates(first.messages) }));
  golden(
    'read-full-refresh',
    await bench.read({ catalog: configured('full_refresh', ['visits', 'members'], { generation_id: 2 }) }),
  );
  golden(
    'read-failed',
    await bench.read({ settings: { visits_path: '/nowhere' }, catalog: configured('incremental', ['visits']) }),
  );
});
