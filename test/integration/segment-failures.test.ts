import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { circleRecord, circleRecords, circleSchema, state } from '../support/segment-rows.js';
import { SegmentServer, type Reply, type SegmentRequest } from '../support/segment-server.js';
import { lines, runTarget, settingsFor, WRITE_KEY, type TargetRun } from '../support/segment-target.js';

const running: SegmentServer[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'segment-failures-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(reply?: (request: SegmentRequest, index: number) => Reply | undefined): Promise<SegmentServer> {
  const server = await SegmentServer.start(reply === undefined ? {} : { reply });
  running.push(server);
  return server;
}

/** 300 rows, and a state after each hundred. One member, so one identify call goes before all. */
const input = lines(
  circleSchema,
  ...[0, 100, 200].flatMap((from) => [...circleRecords(from, 100), state({ after: from + 100 })]),
);
const allStates = ['{"after":100}', '{"after":200}', '{"after":300}'];

async function send(
  segment: SegmentServer,
  settings: Readonly<Record<string, string | number | boolean>> = {},
  given: string = input,
): Promise<TargetRun> {
  return await runTarget({ settings: { ...settingsFor(segment), ...settings }, input: given });
}

/** Every one of the 300 rows arrived, and all states were told. */
function expectAll(run: TargetRun, segment: SegmentServer): void {
  expect({ code: run.code, states: run.states }).toEqual({ code: 0, states: allStates });
  const rows = [...segment.taken.keys()].filter((id) => !id.endsWith(':identify'));
  expect(rows).toHaveLength(300);
  expect([...segment.complaints]).toEqual([]);
}

/** The run ended with one line for people that says what is wrong, and with no state that is not true. */
function expectFailure(run: TargetRun, message: RegExp, states: readonly string[] = []): void {
  expect({ code: run.code, signal: run.signal, states: run.states }).toEqual({ code: 1, signal: null, states });
  const critical = run.told.filter((line) => line.startsWith('CRITICAL'));
  expect(critical).toEqual([expect.stringMatching(message)]);
  expect(run.stderr).not.toMatch(/^\s+at /m);
}

describe('Segment answers', () => {
  test('200: everything is accepted', async () => {
    const segment = await serve();
    const run = await send(segment);
    expectAll(run, segment);
    expect(run.told.at(-1)).toMatch(/^INFO segment: 300 rows, 301 calls, 301 accepted, \d requests, 0 retries/);
    expect(segment.requests[0]?.path).toBe('/v1/batch');
    const key = Buffer.from(segment.requests[0]?.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    expect(key).toBe(`${WRITE_KEY}:`);
  });

  const once = [500, 502, 503, 504, 408, 410, 425, 429, 460].map((status): [string, Reply] => [
    String(status),
    { status },
  ]);
  test.each<[string, Reply]>([
    ...once,
    ['a reset', 'reset'],
    ['a closed connection', 'close'],
    ['half an answer', 'cut after taking'],
    ['nothing at all', 'hang'],
  ])('%s to one request: it is sent again', async (_what, reply) => {
    const segment = await serve((_request, index) => (index === 1 ? reply : undefined));
    expectAll(await send(segment, { request_timeout_seconds: 1 }), segment);
    const repeats = [...segment.taken.values()].filter((count) => count > 1).length;
    expect(repeats > 0).toBe(reply === 'cut after taking');
    expect(segment.requests.map(({ headers }) => headers['x-retry-count'] ?? '0')).toContain('1');
  });

  test('429 with Retry-After: nothing more is sent before that time', async () => {
    const segment = await serve((_request, index) => {
      return index === 0 ? { status: 429, headers: { 'retry-after': '2' } } : undefined;
    });
    const run = await send(segment, {}, lines(circleSchema, ...circleRecords(0, 50), state({ after: 50 })));
    expect({ code: run.code, states: run.states }).toEqual({ code: 0, states: ['{"after":50}'] });
    const [first = 0, second = 0] = segment.requests.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(1990);
    // The time of the sending is that of the attempt: Segment corrects all timestamps by it.
    const [firstSent = '', secondSent = ''] = segment.requests.map(({ sentAt }) => sentAt);
    expect(Date.parse(secondSent) - Date.parse(firstSent)).toBeGreaterThanOrEqual(1990);
  });

  test.each<[string, Reply]>([
    ['503', { status: 503 }],
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '0.5' } }],
  ])('%s to all for a while: what is sent again keeps to events_per_second too', async (_what, reply) => {
    const attempts = new Map<string, number>();
    const segment = await serve(({ batch }) => {
      const [first] = batch;
      const before = attempts.get(first?.messageId ?? '') ?? 0;
      attempts.set(first?.messageId ?? '', before + 1);
      return before < 3 ? reply : undefined;
    });
    expectAll(await send(segment, { events_per_second: 200 }), segment);
    // What arrives in three seconds was let go in them, but for the requests on their way when they began, and one more
    // since timers may fire a millisecond early.
    expect(segment.mostCallsWithin(3000)).toBeLessThanOrEqual(3 * 200 + (segment.mostAtOnce + 1) * 100);
  });

  test('429 with a time beyond max_retry_seconds: the run ends at once and says so', async () => {
    const segment = await serve(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    // At once: an hour would not pass before the test's own timeout.
    expectFailure(
      await send(segment),
      /rate limiting: given up after one attempt, and it asks to wait 3600 s.*status 429/,
    );
  });

  test.each<[string, Reply]>([
    ['503', { status: 503 }],
    ['a reset', 'reset'],
    ['nothing', 'hang'],
  ])(
    '%s for ever: the run ends after max_retry_seconds, the last state that is true was told',
    async (_what, reply) => {
      const segment = await serve(({ batch }) => {
        return batch.some(({ messageId }) => messageId.endsWith(':row-250')) ? reply : undefined;
      });
      const run = await send(segment, { max_retry_seconds: 2, request_timeout_seconds: 0.5 });
      expectFailure(run, /given up after \d+ attempts; max_retry_seconds is 2/, ['{"after":100}']);
      expect(run.told.some((line) => line.startsWith('WARNING') && line.includes('sent again'))).toBe(true);
      expect(run.stderr).toMatch(/accepted, \d+ not accepted/);
    },
  );

  test.each<[number, RegExp, Readonly<Record<string, string>>]>([
    [401, /Segment does not accept the write key: check write_key.*\(POST \/v1\/batch, status 401\)/, {}],
    [403, /Segment does not accept the write key/, {}],
    [404, /host has no Tracking API at this path: check host/, {}],
    [405, /host has no Tracking API/, {}],
    [501, /Segment refused the request.*status 501/, {}],
    [
      307,
      /host sends requests on to https:\/\/elsewhere\.example\/: set host to that/,
      { location: 'https://elsewhere.example/' },
    ],
    [301, /host sends requests on to/, { location: '/login' }],
  ])(
    '%i: the run ends at once, even with dead letters, since it is about no call',
    async (status, message, headers) => {
      const body = `{"you sent":"${Buffer.from(`${WRITE_KEY}:`).toString('base64')} ${WRITE_KEY}"}`;
      const segment = await serve(() => ({ status, headers, body }));
      const settings = { on_error: 'dead_letter', dead_letter_file: join(folder, 'dead.jsonl') };
      const run = await send(segment, settings);
      expectFailure(run, message);
      // Those that were under way when the first answer came.
      expect(segment.requests.length).toBeLessThanOrEqual(8);
      expect(segment.taken.size).toBe(0);
      expect(run.stderr).not.toContain(WRITE_KEY);
      expect(run.stderr).not.toContain(Buffer.from(WRITE_KEY).toString('base64').slice(0, 18));
      expect(() => statSync(join(folder, 'dead.jsonl'))).toThrow('ENOENT');
    },
  );

  test('200 with a web page: that is not Segment', async () => {
    const segment = await serve(() => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<h1>Log in</h1>',
    }));
    expectFailure(await send(segment), /host answered with a web page: it is not an API of Segment/);
  });
});

describe('Segment refuses a call', () => {
  const bad = 'row-142';
  const refusing = ({ batch }: SegmentRequest): Reply | undefined =>
    batch.some(({ messageId }) => messageId.endsWith(`:${bad}`))
      ? { status: 400, body: '{"message":"bad call"}' }
      : undefined;

  test('fail: the others of its batch arrive, and no state after it is told', async () => {
    const segment = await serve(refusing);
    const run = await send(segment);
    // Line 1 is the SCHEMA and line 102 a STATE.
    expectFailure(
      run,
      /Segment cannot be sent the track call of line 145 \(stream events, messageId circle:.*:row-142\).*bad call.*status 400/,
      ['{"after":100}'],
    );
    expect([...segment.taken.keys()].some((id) => id.endsWith(bad))).toBe(false);
    expect([...segment.taken.keys()].some((id) => id.endsWith('row-141'))).toBe(true);
  });

  test('dead_letter: it is set aside, all others arrive, and all states are told', async () => {
    const segment = await serve(refusing);
    const file = join(folder, 'dead.jsonl');
    const run = await send(segment, { on_error: 'dead_letter', dead_letter_file: file });
    expect({ code: run.code, states: run.states }).toEqual({ code: 0, states: allStates });
    expect(segment.taken.size).toBe(300);
    const letters = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(letters).toEqual([
      {
        reason: expect.stringMatching(/bad call.*status 400/),
        stream: 'events',
        line: 145,
        messageId: expect.stringMatching(/:row-142$/),
        call: expect.objectContaining({ type: 'track', event: 'Space Left' }),
      },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(run.told.at(-1)).toMatch(/301 calls, 300 accepted, 1 in the dead letter file/);
  });

  test('413 for what is too large for a proxy: it is divided until it fits', async () => {
    const segment = await serve(({ batch }) => (batch.length > 30 ? { status: 413 } : undefined));
    expectAll(await send(segment), segment);
  });

  test('a dead letter file that cannot be written ends the run', async () => {
    const segment = await serve(refusing);
    const settings = { on_error: 'dead_letter', dead_letter_file: join(folder, 'no', 'such', 'folder') };
    expectFailure(await send(segment, settings), /the dead letter file cannot be written/, ['{"after":100}']);
  });
});

describe('what is too large', () => {
  const large = (id: string): object => circleRecord(id, { payload: { space: { id: 1, name: 'x'.repeat(40_000) } } });
  const given = lines(
    circleSchema,
    ...circleRecords(0, 10),
    state(1),
    large('big'),
    ...circleRecords(20, 10),
    state(2),
  );

  test('is never sent: fail ends the run before it', async () => {
    const segment = await serve();
    expectFailure(await send(segment, {}, given), /line 13 .*messageId .*:big\).*bytes; Segment takes 32768 at most/, [
      '1',
    ]);
  });

  test('dead_letter sets it aside', async () => {
    const segment = await serve();
    const settings = { on_error: 'dead_letter', dead_letter_file: join(folder, 'dead.jsonl') };
    const run = await send(segment, settings, given);
    expect({ code: run.code, states: run.states, taken: segment.taken.size }).toEqual({
      code: 0,
      states: ['1', '2'],
      taken: 21,
    });
  });

  test('batches of calls that are all within the limit keep to 500 KB', async () => {
    const segment = await serve();
    const rows = Array.from({ length: 120 }, (_, n) =>
      circleRecord(`r${n}`, { payload: { space: { id: 1, name: 'é'.repeat(15_000) } } }),
    );
    const run = await send(segment, {}, lines(circleSchema, ...rows, state(1)));
    expect({ code: run.code, taken: segment.taken.size }).toEqual({ code: 0, taken: 120 });
    expect(Math.max(...segment.requests.map(({ bytes }) => bytes))).toBeGreaterThan(400_000);
    expect(Math.max(...segment.requests.map(({ bytes }) => bytes))).toBeLessThan(500_000);
  });
});

describe('the endpoint goes away', () => {
  test('and comes back: the run outlasts it', async () => {
    const segment = await serve();
    const { port } = segment;
    const half = input.split('\n').slice(0, 150).join('\n');
    const run = await runTarget({
      settings: settingsFor(segment),
      input: (child) => {
        child.stdin.write(half);
        setTimeout(() => void segment.close().then(() => setTimeout(() => void segment.listen(port), 4000)), 1500);
        setTimeout(() => child.stdin.end(input.slice(half.length)), 2000);
      },
    });
    expectAll(run, segment);
    expect(run.told.find((line) => line.startsWith('WARNING'))).toMatch(
      /Segment cannot be reached: .*sent again for up to 900 s/,
    );
  });

  test('for good: close_timeout_seconds bounds the wait at the end of the input', async () => {
    const segment = await serve();
    await segment.close();
    running.pop();
    // Retries alone would go on for max_retry_seconds, 900, far beyond the test's own timeout.
    const run = await send(segment, { close_timeout_seconds: 2 });
    expectFailure(run, /Segment did not take the last calls within 2 s \(close_timeout_seconds\)/);
  });
});
