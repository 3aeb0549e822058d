import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { Workspace, type Synced } from '../support/tap.js';

let workspace: Workspace;
let server: Server | undefined;
const token = 'tok-5ecret/+value=';

beforeEach(async () => {
  workspace = await Workspace.make();
});
afterEach(async () => {
  await workspace.remove();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A server that answers everything the same way; its address. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const created = createServer(answer);
  server = created;
  await new Promise<void>((resolve) => created.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}`;
}

function echo(status: number, headers: Record<string, string> = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const forms = [token, encodeURIComponent(token), Buffer.from(token).toString('base64')];
    const message = `No: ${request.headers.authorization ?? ''} ${forms.join(' ')}`;
    response.writeHead(status, { 'Content-Type': 'application/json', 'X-Request-Id': 'req-77', ...headers });
    response.end(JSON.stringify({ success: false, message, error_details: {} }));
  };
}

function expectNoToken({ stdout, stderr }: Synced): void {
  for (const form of [
    token,
    encodeURIComponent(token),
    Buffer.from(token).toString('base64').replace(/=+$/, ''),
    '5ecret',
  ]) {
    expect(stdout + stderr).not.toContain(form);
  }
}

describe('--test says what to do, and the token is nowhere, even where the server echoes it', () => {
  test.each([
    [401, /does not accept the token.*api_token.*Settings > Developers > Tokens.*auth_scheme/],
    [403, /may not read events.*plan/],
    [404, /Nothing at http:\/\/127\.0\.0\.1:\d+\/api\/data\/v1\/events.*events_path.*base_url/],
    [422, /rejects the question.*event_names/],
    [500, /not available.*run again later/],
    [418, /unexpected/],
  ])('%p', async (status, advice) => {
    const url = await serve(echo(status));
    // What is tried again in between is not what is looked at here.
    const config = { api_token: token, base_url: url, max_retry_seconds: 1 };
    const synced = await workspace.tap(config, { args: ['--test'] });
    expect(synced.code).toBe(1);
    expect(synced.records('events')).toEqual([]);
    expect(synced.states).toEqual([]);
    const lines = synced.told.filter((line) => line.startsWith('CRITICAL'));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(advice);
    expect(lines[0]).toMatch(`GET /api/data/v1/events, status ${status}, request id req-77`);
    expect(synced.stderr).not.toMatch(/ {4}at |Error:/);
    expectNoToken(synced);
  });

  test.each([{}, { 'Retry-After': '86400' }, { 'Retry-After': '8' }])(
    'an endless 429 with %p ends soon',
    async (headers) => {
      const url = await serve(echo(429, headers));
      const began = Date.now();
      const synced = await workspace.tap({ api_token: token, base_url: url }, { args: ['--test'] });
      expect(Date.now() - began).toBeLessThan(40_000);
      expect(synced.code).toBe(1);
      expect(synced.stderr).toMatch(/too many requests.*requests_per_minute/);
      expectNoToken(synced);
    },
  );

  test('a redirect is not followed, and its target with the token in it is not shown', async () => {
    let others = 0;
    const elsewhere = createServer((_request, response) => {
      others++;
      response.end('{}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const url = await serve(echo(302, { Location: `http://127.0.0.1:${port}/?token=${encodeURIComponent(token)}` }));
    const synced = await workspace.tap({ api_token: token, base_url: url }, { args: ['--test'] });
    elsewhere.close();
    expect([synced.code, others]).toEqual([1, 0]);
    expect(synced.stderr).toMatch(/redirect.*base_url/);
    expectNoToken(synced);
  });

  test('--debug shows no token either', async () => {
    const url = await serve(echo(401));
    expectNoToken(await workspace.tap({ api_token: token, base_url: url }, { args: ['--debug'] }));
  });
});

test('--test reads one row of each stream and advances no state', async () => {
  const sandbox = await startSandbox({ events: 50, visits: 50 });
  const synced = await workspace.tap({ api_token: sandbox.token, base_url: sandbox.url }, { args: ['--test'] });
  await sandbox.close();
  expect(synced.code).toBe(0);
  expect([synced.ids('events').length, synced.ids('visits').length, synced.states.length]).toEqual([1, 1, 0]);
});

test('one stream that may not be read does not stop the other', async () => {
  const sandbox = await startSandbox({
    events: 50,
    visits: 70,
    faults: [{ fault: 'status-403', match: { stream: 'events' } }],
  });
  const synced = await workspace.tap({ api_token: sandbox.token, base_url: sandbox.url });
  await sandbox.close();
  expect(synced.code).toBe(1);
  expect([synced.ids('events').length, synced.ids('visits').length]).toEqual([0, 70]);
  expect(synced.lastState?.bookmarks['visits']).toHaveProperty('replication_key_value');
  expect(synced.stderr).toMatch(/CRITICAL events: The token may not read events/);
});

test.each(['Bearer', 'Token'] as const)(
  'auth_scheme auto finds out that the API wants %s, and remembers',
  async (authScheme) => {
    const sandbox = await startSandbox({ events: 5000, visits: 10, authScheme });
    const synced = await workspace.tap({ api_token: sandbox.token, base_url: sandbox.url });
    const refused = sandbox.requests.filter(({ status }) => status === 401).length;
    await sandbox.close();
    expect([synced.code, synced.ids('events').length, refused]).toEqual([0, 5000, authScheme === 'Bearer' ? 0 : 1]);
  },
);
