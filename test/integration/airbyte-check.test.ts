import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultRule } from '../../src/sandbox/index.js';
import { Bench, closeBenches, runSource, type Run } from '../support/airbyte.js';
import { errorsOf, logsOf } from '../support/airbyte-messages.js';

/** The connection suite of Airbyte's acceptance tests, and what its check has to bear beyond that. */

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start({ events: 20, visits: 5 });
});
afterAll(closeBenches);
afterEach(() => bench.sandbox.faults.clear());

/** Why it failed; the exit code is 0, since the answer was given. */
function reasonOf(run: Run): string {
  const statuses = run.messages.flatMap((message) =>
    message.type === 'CONNECTION_STATUS' ? [message.connectionStatus] : [],
  );
  expect([run.code, run.stderr, errorsOf(run.messages)]).toEqual([0, '', []]);
  expect(statuses.map(({ status }) => status)).toEqual(['FAILED']);
  return statuses[0]?.message ?? '';
}

async function checkWith(fault: FaultRule['fault'], match: FaultRule['match'] = {}): Promise<Run> {
  bench.sandbox.faults.set([{ fault, match }]);
  return await bench.check();
}

describe('check', () => {
  test('succeeds with exactly one status and one request of one row for each stream', async () => {
    const before = bench.sandbox.requests.length;
    const run = await bench.check();
    expect(run.stdout).toBe('{"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}}\n');
    expect([run.code, run.stderr]).toEqual([0, '']);
    const asked = bench.sandbox.requests.slice(before).map(({ stream, rows }) => `${String(stream)} ${rows}`);
    expect(asked.sort()).toEqual(['events 1', 'visits 1']);
  });

  test('a wrong token: said once for both streams, with what to do', async () => {
    const reason = reasonOf(await bench.check({ api_token: 'wrong-token-1234' }));
    expect(reason).toMatch(/^events and visits: The API does not accept the token: "The API token is invalid\."/);
    expect(reason).toContain('Settings > Developers > Tokens');
    expect(reason).not.toContain('wrong-token-1234');
  });

  test('a token without one stream: that stream is named', async () => {
    const reason = reasonOf(await checkWith('status-403', { stream: 'visits' }));
    expect(reason).toMatch(/^visits: The token may not read visits/);
    expect(reason).not.toContain('events');
  });

  test('404: the address that was tried, and the setting to change', async () => {
    const reason = reasonOf(await bench.check({ visits_path: '/api/elsewhere' }));
    expect(reason).toMatch(/^visits: Nothing at http:\/\/127\.0\.0\.1:\d+\/api\/elsewhere/);
    expect(reason).toContain('visits_path and base_url');
  });

  test('answers that are none, limits and stalls that do not end: FAILED well under a minute, and why', async () => {
    const faults = {
      'html-200': /answered with success, but the body is not JSON/,
      'error-body-200': /answered with success, but the body has no `events` list/,
      'empty-body': /answered with success, but the body is empty/,
      'status-429': /too many requests/,
      'status-429-seconds': /too many requests/,
      'status-503': /is not available/,
      'stalled-headers': /nothing came for 10 seconds while waiting for the answer/,
      'stalled-body': /nothing came for 10 seconds while waiting for the body/,
    } as const;
    const check = async (fault: keyof typeof faults): Promise<void> => {
      const own = await Bench.start({ events: 20, visits: 5, faults: [{ fault }] });
      const run = await own.check();
      expect([fault, reasonOf(run)]).toEqual([fault, expect.stringMatching(faults[fault])]);
      expect([fault, run.seconds < 35]).toEqual([fault, true]);
      if (fault === 'html-200') expect(logsOf(run.messages)[0]).toMatch(/^WARN (events|visits): Trying again in/);
    };
    await Promise.all((Object.keys(faults) as (keyof typeof faults)[]).map(check));
  });

  test('a server that accepts and says nothing, and none at all', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const base = { base_url: `http://127.0.0.1:${port}` };
    expect(reasonOf(await bench.check({ ...base, request_timeout_seconds: 1, max_retry_seconds: 2 }))).toContain(
      'nothing came for 1 seconds',
    );
    mute.close();
    expect(reasonOf(await bench.check({ ...base, max_retry_seconds: 1 }))).toContain('ECONNREFUSED');
  });

  test('a pace of one request a minute does not make it wait', async () => {
    const run = await bench.check({ requests_per_minute: 1 });
    expect([run.messages.at(-1), run.seconds < 20]).toMatchObject([
      { connectionStatus: { status: 'SUCCEEDED' } },
      true,
    ]);
  });

  test('wrong files and settings are an answer too, and name the key (test_required)', async () => {
    const check = async (file: string): Promise<string> => reasonOf(await runSource(['check', '--config', file]));
    expect(await check(bench.file({ base_url: 'https://example.org' }))).toMatch(/api_token is missing$/);
    expect(await check(bench.config({ page_size: 0 }))).toMatch(/page_size must be >= 1$/);
    expect(await check(bench.config({ hash_fields: ['payload.nobody'] }))).toMatch(/^hash_fields\[0\]: /);
    expect(await check(bench.file([]))).toMatch(/must be a JSON object$/);
    expect(await check('no-such-file.json')).toMatch(/^no-such-file\.json: the configuration file cannot be read/);
    expect(await check(bench.text('{"api_token": "s3cr3t-in-broken-json'))).toMatch(/is not valid JSON/);
  });

  test('--debug shows where the error was, one that a setting made and one that the API made', async () => {
    for (const settings of [{ page_size: 0 }, { api_token: 'wrong-token-of-this-test' }]) {
      expect(logsOf((await bench.check(settings)).messages).join()).not.toMatch(/ at .*\.js:\d+/);
      const run = await bench.check(settings, '--debug');
      expect(logsOf(run.messages)).toContainEqual(expect.stringMatching(/^DEBUG .* at .*\.js:\d+/));
      expect(run.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'FAILED' } });
    }
  });

  test('settings that it does not know, and those of Singer alone, are warnings', async () => {
    const run = await bench.check({ colour: 'red', flattening_enabled: true });
    expect(logsOf(run.messages)).toEqual([
      expect.stringMatching(/^WARN .*colour is not a setting of this program/),
      expect.stringMatching(/^WARN .*flattening_enabled is for Singer alone/),
    ]);
    expect(run.messages.at(-1)).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
  });
});
