import { afterEach, describe, expect, test } from '@jest/globals';
import {
  InvalidInput,
  startSandbox,
  type RowsToAdd,
  type Sandbox,
  type SandboxOptions,
} from '../../src/sandbox/index.js';

interface Page {
  pagination: { next_page_uri?: string };
  events: { id: string; name: string; created_at: unknown }[];
}

const EVENTS = '/api/data/v1/events';
const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ events: 20, visits: 10, ...options });
  running.push(sandbox);
  return sandbox;
}

async function idsSeen(sandbox: Sandbox, query = 'sort=oldest', path = EVENTS): Promise<string[]> {
  const response = await fetch(`${sandbox.url}${path}?${query}`, {
    headers: { authorization: `Token ${sandbox.token}` },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as Page).events.map(({ id }) => id);
}

function idsThere(sandbox: Sandbox, stream: 'events' | 'visits' = 'events'): string[] {
  return [...sandbox.rows(stream)].map(({ id }) => id);
}

async function control(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const init =
    body === undefined ? { method } : { method, body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${sandbox.url}/sandbox${path}`, init);
  return { status: response.status, json: await response.json() };
}

describe('rows come and go', () => {
  test('added rows are there at once, in their place', async () => {
    const sandbox = await start();
    const before = idsThere(sandbox);
    const [id] = sandbox.addRows({ rows: [{ created_at: '2020-01-01T00:00:00.000001Z', extra: [1] }] });
    const now = sandbox.addRows({ count: 2, name: 'post.liked' });
    expect(await idsSeen(sandbox)).toEqual([id, ...before, ...[...now].sort()]);
    expect(idsThere(sandbox)).toEqual(await idsSeen(sandbox));
    const names = [...sandbox.rows('events')].slice(-2).map(({ name }) => name);
    expect(names).toEqual(['post.liked', 'post.liked']);
  });

  test('a row with exactly the created_at of another is found beside it', async () => {
    const sandbox = await start();
    const last = [...sandbox.rows('events')].at(-1);
    const text = String(last?.created);
    const [id] = sandbox.addRows({ rows: [{ created_at: text }] });
    expect((await idsSeen(sandbox)).slice(-2).sort()).toEqual([last?.id, id].sort());
    expect(await idsSeen(sandbox, `created_at_gt=${text}`)).toEqual([]);
  });

  test('a row given as text is served byte for byte', async () => {
    const sandbox = await start({ events: 0 });
    const text = '{"id":"x","created_at":"2026-01-01T00:00:00Z","n":12345678901234567890.10,  "t":"\\u0000\\ud800"}';
    sandbox.addRows({ texts: [text] });
    const response = await fetch(`${sandbox.url}${EVENTS}`, { headers: { authorization: `Bearer ${sandbox.token}` } });
    expect(await response.text()).toContain(`[${text}]`);
  });

  test('rows vanish between two requests, and late ones appear', async () => {
    const sandbox = await start();
    const ids = idsThere(sandbox);
    expect(sandbox.deleteRows([ids[3] ?? '', 'no such id'], { deleted_at: { after_request: 2 } })).toEqual([ids[3]]);
    const [late] = sandbox.addRows({ count: 1, created_at: '2020-01-01T00:00:00Z', visible_at: { after_request: 3 } });
    const without = ids.filter((_, index) => index !== 3);
    expect(await idsSeen(sandbox)).toEqual(ids);
    expect(await idsSeen(sandbox)).toEqual(ids);
    expect(await idsSeen(sandbox)).toEqual(without);
    expect(await idsSeen(sandbox)).toEqual([late, ...without]);
  });

  test('requests of the other stream and of the control are not counted', async () => {
    const sandbox = await start();
    sandbox.addRows({ stream: 'visits', count: 1, visible_at: { after_request: 1 } });
    await idsSeen(sandbox);
    await control(sandbox, 'GET', '/stats');
    const visits = '/api/data/v1/community_member_visits';
    expect(await idsSeen(sandbox, 'sort=oldest', visits)).toHaveLength(10);
    expect(await idsSeen(sandbox, 'sort=oldest', visits)).toHaveLength(11);
  });

  test('rows come and go by the clock', async () => {
    let now = Date.parse('2026-08-01T00:00:00Z');
    const sandbox = await start({ clock: () => now });
    const ids = idsThere(sandbox);
    sandbox.deleteRows(ids.slice(0, 5), { until: '2026-08-01T00:01:00Z' });
    sandbox.addRows({ count: 1, visible_at: '2026-08-01T00:00:30Z', deleted_at: '2026-08-01T00:00:50Z' });
    const counts = [];
    for (const seconds of [0, 29, 31, 49, 51, 59, 61]) {
      now = Date.parse('2026-08-01T00:00:00Z') + seconds * 1000;
      counts.push((await idsSeen(sandbox)).length);
    }
    expect(counts).toEqual([15, 15, 16, 16, 15, 15, 20]);
  });

  test('rows of the future are not there yet', async () => {
    let now = Date.parse('2026-08-01T00:00:00Z');
    const sandbox = await start({ events: 0, clock: () => now });
    sandbox.addRows({ count: 10, created_at: '2026-08-01T00:00:10Z', step_us: 1_000_000 });
    expect(idsThere(sandbox)).toEqual([]);
    now += 14_500;
    expect(await idsSeen(sandbox)).toHaveLength(5);
    expect(idsThere(sandbox)).toHaveLength(5);
  });

  test('live rows keep coming, some of them late, and none is lost', async () => {
    const sandbox = await start({ live: { rowsPerSecond: 400, lateShare: 0.3, lateMs: 200 } });
    await new Promise((resolve) => setTimeout(resolve, 700));
    const { visible } = sandbox.stats;
    expect(visible.events).toBeGreaterThan(100);
    expect(visible.visits).toBeGreaterThan(30);
    const seen = await idsSeen(sandbox, 'per_page=5');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(idsThere(sandbox)).toEqual(expect.arrayContaining(seen));
    const times = [...sandbox.rows('events')].map(({ createdMicros }) => createdMicros);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('wrong input', () => {
  test.each<[string, object]>([
    ['rows.stream: expected events or visits', { stream: 'posts' }],
    ['rows.count: expected a whole number', { count: -1 }],
    ['rows.colour: not known', { colour: 1 }],
    ['rows.created_at: expected a date and time', { count: 1, created_at: 'soon' }],
    ['rows.name: expected a name that the stream has', { count: 1, name: 'nope' }],
    ['rows.visible_at: expected a time or', { count: 1, visible_at: { after: 3 } }],
    ['finer than the microseconds', { rows: [{ created_at: '2026-01-01T00:00:00.1234567Z' }] }],
    ['a row has no id', { texts: ['{}'] }],
    ['rows.texts[0]: not JSON', { texts: ['{'] }],
    ['the id a is taken', { rows: [{ id: 'a' }, { id: 'a' }] }],
  ])('%s', async (message, rows) => {
    const sandbox = await start();
    expect(() => sandbox.addRows(rows as RowsToAdd)).toThrow(InvalidInput);
    expect(() => sandbox.addRows(rows as RowsToAdd)).toThrow(message);
    const { status, json } = await control(sandbox, 'POST', '/rows', rows);
    expect([status, json]).toEqual([400, { error: expect.stringContaining(message) }]);
    expect(idsThere(sandbox)).toHaveLength(20);
  });

  test.each<[string, SandboxOptions]>([
    ['seed: expected a whole number', { seed: -1 }],
    ['events: expected a whole number', { events: 1.5 }],
    ['start: has to be before the end', { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:00Z' }],
    ['end: expected a date and time', { end: 'never' }],
    ['pageCap: expected a whole number', { pageCap: 0 }],
    ['late: expected a number from 0 to 1', { live: { rowsPerSecond: 1, lateShare: 2 } }],
  ])('of options: %s', async (message, options) => {
    await expect(startSandbox(options)).rejects.toThrow(message);
  });
});

describe('control over HTTP', () => {
  test('GET /sandbox/rows is the ground truth, a row a line', async () => {
    const sandbox = await start({ events: 1300 });
    const text = await (await fetch(`${sandbox.url}/sandbox/rows?stream=events`)).text();
    expect(text).toBe([...sandbox.rows('events')].map((row) => `${row.text}\n`).join(''));
    const visits = await (await fetch(`${sandbox.url}/sandbox/rows?stream=visits`)).text();
    expect(visits.trim().split('\n')).toHaveLength(10);
    expect((await control(sandbox, 'GET', '/rows?stream=x')).status).toBe(400);
  });

  test('POST and DELETE /sandbox/rows', async () => {
    const sandbox = await start();
    const added = await control(sandbox, 'POST', '/rows', {
      stream: 'visits',
      count: 3,
      created_at: '2026-07-02T00:00:00Z',
    });
    expect(added).toEqual({ status: 201, json: { count: 3, ids: expect.any(Array) } });
    expect(idsThere(sandbox, 'visits')).toHaveLength(13);
    const { ids } = added.json as { ids: string[] };
    const removed = await control(sandbox, 'DELETE', '/rows', { ids: [...ids.slice(0, 2), idsThere(sandbox)[0], 'x'] });
    expect(removed.json).toMatchObject({ count: 3 });
    expect([idsThere(sandbox).length, idsThere(sandbox, 'visits').length]).toEqual([19, 11]);
  });

  test('POST /sandbox/faults sets script and seed, GET tells them', async () => {
    const sandbox = await start();
    const rules = [{ fault: 'status-500', match: { request: 1 }, times: 1 }];
    expect((await control(sandbox, 'POST', '/faults', rules)).json).toEqual({ rules });
    const failed = await fetch(sandbox.url + EVENTS, { headers: { authorization: `Bearer ${sandbox.token}` } });
    expect(failed.status).toBe(500);
    expect((await control(sandbox, 'GET', '/faults')).json).toEqual({ rules, struck: { 'status-500': 1 } });
    const seeded = { seed: 7, rules: [{ fault: 'chaos', probability: 0.1 }] };
    expect((await control(sandbox, 'POST', '/faults', seeded)).json).toEqual({ rules: seeded.rules });
    expect((await control(sandbox, 'POST', '/faults', [{ fault: 'x' }])).status).toBe(400);
    expect((await control(sandbox, 'POST', '/faults', 'not JSON')).status).toBe(400);
  });

  test('POST /sandbox/reset brings the start back', async () => {
    const sandbox = await start({ faults: [{ fault: 'status-503', times: 1 }] });
    const text = () => [...sandbox.rows('events')].map((row) => row.text).join();
    const before = text();
    await fetch(sandbox.url + EVENTS, { headers: { authorization: `Bearer ${sandbox.token}` } });
    sandbox.deleteRows(idsThere(sandbox).slice(0, 7));
    sandbox.addRows({ count: 7 });
    sandbox.faults.clear();
    expect(text()).not.toBe(before);
    const { json } = await control(sandbox, 'POST', '/reset');
    expect(json).toMatchObject({ requests: 0, rows: 0, faults: {}, visible: { events: 20, visits: 10 } });
    expect(text()).toBe(before);
    const again = await fetch(sandbox.url + EVENTS, { headers: { authorization: `Bearer ${sandbox.token}` } });
    expect(again.status).toBe(503);
  });

  test('GET /sandbox/stats and /sandbox/requests', async () => {
    const sandbox = await start();
    await idsSeen(sandbox, 'per_page=4');
    expect((await control(sandbox, 'GET', '/stats')).json).toMatchObject({
      requests: 1,
      rows: 4,
      rowsVisited: 4,
      maxInFlight: 1,
      byStatus: { 200: 1 },
      visible: { events: 20, visits: 10 },
    });
    expect((await control(sandbox, 'GET', '/requests')).json).toEqual([
      expect.objectContaining({ url: `${EVENTS}?per_page=4`, rows: 4, status: 200, faults: [] }),
    ]);
    expect((await control(sandbox, 'GET', '/nothing')).status).toBe(404);
  });
});
