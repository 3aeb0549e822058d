import { afterEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';

interface Row {
  id: string;
  name: string;
  triggered_at: string;
  created_at: string;
}
interface Page {
  pagination: { next_page_uri?: string; previous_page_uri?: string };
  events: Row[];
}

const EVENTS = '/api/data/v1/events';
const VISITS = '/api/data/v1/community_member_visits';
const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ events: 700, visits: 150, ...options });
  running.push(sandbox);
  return sandbox;
}

function ask(sandbox: Sandbox, target: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = new URL(target, sandbox.url);
  return fetch(url, { headers: { authorization: `Bearer ${sandbox.token}`, ...headers }, redirect: 'manual' });
}

async function page(sandbox: Sandbox, target: string): Promise<Page> {
  const response = await ask(sandbox, target);
  expect(response.status).toBe(200);
  return (await response.json()) as Page;
}

/** All rows from a page on, following next_page_uri. */
async function walk(sandbox: Sandbox, target: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | undefined = target; next !== undefined;) {
    const { events, pagination } = await page(sandbox, next);
    rows.push(...events);
    next = pagination.next_page_uri;
  }
  return rows;
}

/** Microseconds by BigInt, written for this test alone. */
function micros(text: string): bigint {
  const match = /^(.{19})(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (match === null) throw new Error(`not a timestamp: ${text}`);
  const [, wall = '', fraction = '', sign = '+', hours = '0', minutes = '0'] = match;
  const east = BigInt(hours) * 3600n + BigInt(minutes) * 60n;
  const seconds = BigInt(Date.parse(`${wall}Z`)) / 1000n - (sign === '-' ? -east : east);
  return seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6));
}

/** What is there, sorted and filtered by brute force. */
function truth(sandbox: Sandbox, stream: 'events' | 'visits', keep: (row: Row) => boolean = () => true): Row[] {
  const rows = [...sandbox.rows(stream)].map(({ text }) => JSON.parse(text) as Row).filter(keep);
  return rows.sort((a, b) => {
    const [x, y] = [micros(a.created_at), micros(b.created_at)];
    if (x === y) return a.id < b.id ? -1 : 1;
    return x < y ? -1 : 1;
  });
}

describe('paging', () => {
  test.each([1, 7, 64, 149, 150, 151, 699, 700, 2000])('by %d rows gives all rows in both orders', async (perPage) => {
    const sandbox = await start(perPage === 1 ? { events: 60, visits: 20 } : {});
    for (const [path, stream] of [
      [EVENTS, 'events'],
      [VISITS, 'visits'],
    ] as const) {
      const expected = truth(sandbox, stream);
      expect(await walk(sandbox, `${path}?sort=oldest&per_page=${perPage}`)).toEqual(expected);
      expect(await walk(sandbox, `${path}?sort=latest&per_page=${perPage}`)).toEqual([...expected].reverse());
    }
  });

  test('without parameters is the latest 2000 first', async () => {
    const sandbox = await start({ events: 2500 });
    const first = await page(sandbox, EVENTS);
    expect(first.events).toHaveLength(2000);
    expect(first.events).toEqual(truth(sandbox, 'events').reverse().slice(0, 2000));
    expect((await page(sandbox, `${EVENTS}?per_page=5000`)).events).toHaveLength(2000);
    expect(await walk(sandbox, EVENTS)).toHaveLength(2500);
  });

  test('has links only where there is such a page, with all parameters and one base_timestamp', async () => {
    const sandbox = await start({ events: 50 });
    const target = `${EVENTS}?per_page=20&sort=oldest&created_at_gt=2020-01-01T00:00:00%2B05:30&events%5B%5D=post.liked&events[]=event.rsvp`;
    const everything = await page(sandbox, `${EVENTS}?per_page=50`);
    expect(everything.pagination).toEqual({});
    const first = await page(sandbox, `${EVENTS}?per_page=20&sort=oldest`);
    expect(Object.keys(first.pagination)).toEqual(['next_page_uri']);
    const second = await page(sandbox, first.pagination.next_page_uri ?? '');
    expect(Object.keys(second.pagination)).toEqual(['next_page_uri', 'previous_page_uri']);
    const third = await page(sandbox, second.pagination.next_page_uri ?? '');
    expect(Object.keys(third.pagination)).toEqual(['previous_page_uri']);
    const base = (uri?: string) => new URL(uri ?? '').searchParams.get('base_timestamp');
    expect(base(first.pagination.next_page_uri)).toMatch(/^\d{10}\.\d{6}$/);
    expect(base(second.pagination.next_page_uri)).toBe(base(first.pagination.next_page_uri));
    expect((await page(sandbox, second.pagination.previous_page_uri ?? '')).events).toEqual(first.events);

    const next = new URL(
      (await page(sandbox, target.replace('per_page=20', 'per_page=1'))).pagination.next_page_uri ?? '',
    );
    expect(next.origin).toBe(sandbox.url);
    expect(next.searchParams.getAll('events[]')).toEqual(['post.liked', 'event.rsvp']);
    expect(next.searchParams.get('created_at_gt')).toBe('2020-01-01T00:00:00+05:30');
    expect(next.searchParams.get('page')).toBe('2');
  });

  test('past the end is an empty page', async () => {
    const sandbox = await start();
    const { events, pagination } = await page(sandbox, `${EVENTS}?page=1000000`);
    expect(events).toEqual([]);
    expect(Object.keys(pagination)).toEqual(['previous_page_uri']);
  });

  test('with base_timestamp keeps rows out that were created then or later', async () => {
    const sandbox = await start({ events: 100 });
    const at = truth(sandbox, 'events')[50]?.created_at ?? '';
    const base = `${micros(at) / 1_000_000n}.${String(micros(at) % 1_000_000n).padStart(6, '0')}`;
    const expected = truth(sandbox, 'events', (row) => micros(row.created_at) < micros(at));
    expect(await walk(sandbox, `${EVENTS}?sort=oldest&per_page=9&base_timestamp=${base}`)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
  });

  test('is stable while rows come in: they belong to a later walk', async () => {
    const sandbox = await start({ events: 100 });
    const first = await page(sandbox, `${EVENTS}?per_page=40`);
    sandbox.addRows({ count: 30 });
    const rest = await walk(sandbox, first.pagination.next_page_uri ?? '');
    expect(new Set([...first.events, ...rest].map(({ id }) => id)).size).toBe(100);
    expect(await walk(sandbox, EVENTS)).toHaveLength(130);
  });

  test.each([
    [{ pageCap: 10 }, 'per_page=25', 10],
    [{ pageCap: 30 }, 'per_page=25', 25],
    [{ pageCap: 30, ignorePerPage: true }, 'per_page=25', 30],
  ])('with %j', async (options, query, expected) => {
    const sandbox = await start(options);
    expect((await page(sandbox, `${EVENTS}?${query}`)).events).toHaveLength(expected);
    expect(await walk(sandbox, `${EVENTS}?sort=oldest&${query}`)).toEqual(truth(sandbox, 'events'));
  });

  test('puts ties in the order of insertion, descending, where told', async () => {
    const sandbox = await start({ events: 0, tieOrder: 'insertion-descending' });
    const ids = sandbox.addRows({ count: 5, created_at: '2026-05-01T00:00:00Z' });
    const rows = await walk(sandbox, `${EVENTS}?sort=oldest&per_page=2`);
    expect(rows.map(({ id }) => id)).toEqual([...ids].reverse());
    expect((await walk(sandbox, EVENTS)).map(({ id }) => id)).toEqual(ids);
  });
});

describe('filters', () => {
  test('created_at_gt is strict to one microsecond, in any offset', async () => {
    const sandbox = await start({ events: 0 });
    const at = (text: string) => sandbox.addRows({ count: 1, created_at: text })[0];
    const [a, b, c] = [
      at('2026-05-01T10:00:00.000001Z'),
      at('2026-05-01T10:00:00.000002Z'),
      at('2026-05-01T10:00:00.000003Z'),
    ];
    const after = async (text: string) =>
      (await walk(sandbox, `${EVENTS}?sort=oldest&created_at_gt=${encodeURIComponent(text)}`)).map(({ id }) => id);
    expect(await after('2026-05-01T10:00:00Z')).toEqual([a, b, c]);
    expect(await after('2026-05-01T10:00:00.000001Z')).toEqual([b, c]);
    expect(await after('2026-05-01T15:30:00.000002+05:30')).toEqual([c]);
    expect(await after('2026-05-01T04:00:00.000003-06:00')).toEqual([]);
    expect(await after('2026-05-01T10:00:00.0000019Z')).toEqual([b, c]);
  });

  test('created_at_gt keeps whole groups of one microsecond in or out', async () => {
    const sandbox = await start();
    const all = truth(sandbox, 'events');
    const tie = all.find(
      (row, index) => micros(row.created_at) === micros(all[index + 1]?.created_at ?? row.created_at),
    );
    const bound = tie?.created_at ?? '';
    const expected = all.filter((row) => micros(row.created_at) > micros(bound));
    const target = `${EVENTS}?sort=oldest&per_page=33&created_at_gt=${encodeURIComponent(bound)}`;
    expect(await walk(sandbox, target)).toEqual(expected);
    expect(expected.length).toBeLessThan(all.length - 1);
  });

  test.each([0, 3])('created_at_gt is read to %d digits where told', async (cursorDigits) => {
    const sandbox = await start({ events: 0, cursorDigits: cursorDigits === 0 ? 0 : 3 });
    sandbox.addRows({ count: 3, created_at: '2026-05-01T10:00:00.123456Z', step_us: 1 });
    expect(await walk(sandbox, `${EVENTS}?created_at_gt=2026-05-01T10:00:00.123999Z`)).toHaveLength(3);
  });

  test('events takes both spellings of arrays; names that do not exist match nothing', async () => {
    const sandbox = await start({ events: 1500 });
    const named = (...names: string[]) => truth(sandbox, 'events', (row) => names.includes(row.name));
    const both = named('post.liked', 'event.rsvp');
    expect(both.length).toBeGreaterThan(50);
    const start_ = `${EVENTS}?sort=oldest&per_page=13`;
    expect(await walk(sandbox, `${start_}&events[]=post.liked&events[]=event.rsvp`)).toEqual(both);
    expect(await walk(sandbox, `${start_}&events%5B%5D=post.liked&events%5B%5D=event.rsvp`)).toEqual(both);
    expect(await walk(sandbox, `${start_}&events=post.liked&events=event.rsvp`)).toEqual(both);
    expect(await walk(sandbox, `${EVENTS}?per_page=13&events=post.liked`)).toEqual(named('post.liked').reverse());
    expect(await walk(sandbox, `${start_}&events[]=post.disliked`)).toEqual([]);
    expect(await walk(sandbox, `${VISITS}?events[]=post.liked`)).toHaveLength(150);
  });

  test('events is read as Rails does, or in the plain spelling alone, where told', async () => {
    const rails = await start({ eventsSpelling: 'brackets' });
    const names = new Set((await walk(rails, `${EVENTS}?events=post.liked&events=event.rsvp`)).map(({ name }) => name));
    expect(names).toEqual(new Set(['event.rsvp']));
    const plain = await start({ eventsSpelling: 'plain' });
    expect(await walk(plain, `${EVENTS}?events[]=post.liked`)).toHaveLength(700);
  });

  test('from_date and to_date bound triggered_at, inclusive', async () => {
    const sandbox = await start({ events: 1500 });
    const times = truth(sandbox, 'events')
      .map((row) => micros(row.triggered_at))
      .sort((a, b) => Number(a - b));
    const text = (at: bigint | undefined) => new Date(Number((at ?? 0n) / 1000n)).toISOString();
    const [from, to] = [times[300], times[900]];
    const expected = truth(
      sandbox,
      'events',
      ({ triggered_at: at }) => micros(at) >= (from ?? 0n) && micros(at) <= (to ?? 0n),
    );
    expect(expected).toHaveLength(601);
    const range = `from_date=${text(from)}&to_date=${text(to)}`;
    expect(await walk(sandbox, `${EVENTS}?sort=oldest&per_page=101&${range}`)).toEqual(expected);
    expect(await walk(sandbox, `${EVENTS}?per_page=101&${range}`)).toEqual([...expected].reverse());
  });
});

describe('answers', () => {
  test('a wrong token is 401 in the words of Circle', async () => {
    const sandbox = await start();
    for (const authorization of ['', 'Bearer wrong', `Basic ${sandbox.token}`, sandbox.token]) {
      const response = await ask(sandbox, EVENTS, { authorization });
      expect(response.status).toBe(401);
      expect(await response.text()).toBe('{"success":false,"message":"The API token is invalid.","error_details":{}}');
    }
  });

  test.each([
    ['both', [200, 200]],
    ['Bearer', [200, 401]],
    ['Token', [401, 200]],
  ] as const)('schemes taken with authScheme %s', async (authScheme, expected) => {
    const sandbox = await start({ authScheme });
    const statuses = [];
    for (const scheme of ['Bearer', 'Token']) {
      statuses.push((await ask(sandbox, EVENTS, { authorization: `${scheme} ${sandbox.token}` })).status);
    }
    expect(statuses).toEqual(expected);
  });

  test.each([
    ['page=0', 'page'],
    ['page=x', 'page'],
    ['per_page=-1', 'per_page'],
    ['per_page=', 'per_page'],
    ['sort=newest', 'sort'],
    ['created_at_gt=yesterday', 'created_at_gt'],
    ['created_at_gt=2026-05-01T10:00:00+05:30', 'created_at_gt'],
    ['from_date=1', 'from_date'],
    ['to_date=2026-13-01', 'to_date'],
    ['base_timestamp=now', 'base_timestamp'],
  ])('%s is 422', async (query, key) => {
    const sandbox = await start();
    const response = await ask(sandbox, `${EVENTS}?${query}`);
    expect(response.status).toBe(422);
    const body: unknown = await response.json();
    expect(body).toEqual({
      success: false,
      message: expect.stringContaining(key),
      error_details: { [key]: [expect.stringContaining('must be')] },
    });
  });

  test('other paths and methods are 404', async () => {
    const sandbox = await start({ eventsPath: '/data_api/events' });
    expect((await ask(sandbox, EVENTS)).status).toBe(404);
    expect((await ask(sandbox, '/')).status).toBe(404);
    expect((await ask(sandbox, '/data_api/events')).status).toBe(200);
    const posted = await fetch(`${sandbox.url}/data_api/events`, { method: 'POST' });
    expect(posted.status).toBe(404);
    expect(await posted.json()).toMatchObject({
      success: false,
      message: expect.stringMatching(/^Oops! Missing record/),
    });
  });

  test('carry Date, X-Request-Id and their length, over one connection', async () => {
    const sandbox = await start({ clock: () => Date.parse('2026-08-01T12:00:00Z') });
    const ids = new Set<string | null>();
    for (let n = 0; n < 3; n++) {
      const { headers } = await ask(sandbox, `${EVENTS}?per_page=1`);
      expect(headers.get('date')).toBe('Sat, 01 Aug 2026 12:00:00 GMT');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      ids.add(headers.get('x-request-id'));
    }
    expect(ids.size).toBe(3);
    expect(sandbox.stats.connections).toBeLessThan(4);
  });

  test('are compressed where the client accepts it', async () => {
    const sandbox = await start({ events: 3000 });
    const plain = await ask(sandbox, EVENTS, { 'accept-encoding': 'identity' });
    const packed = await ask(sandbox, EVENTS, { 'accept-encoding': 'gzip' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(Number(plain.headers.get('content-length')) / 3);
    expect(((await packed.json()) as Page).events).toEqual(((await plain.json()) as Page).events);
    const never = await start({ gzip: false });
    expect((await ask(never, EVENTS, { 'accept-encoding': 'gzip' })).headers.get('content-encoding')).toBeNull();
  });

  test('more requests than allowed are 429 with Retry-After', async () => {
    const sandbox = await start({ requestsPerMinute: 3 });
    const statuses = [];
    for (let n = 0; n < 5; n++) statuses.push((await ask(sandbox, EVENTS)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const wait = Number((await ask(sandbox, EVENTS)).headers.get('retry-after'));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
  });

  test('take as long as told', async () => {
    const sandbox = await start({ latencyMs: 120 });
    const begin = performance.now();
    await ask(sandbox, EVENTS);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(115);
  });
});

describe('the cost of depth', () => {
  test('is the page alone, or with depthCost all that comes before it', async () => {
    const cheap = await start({ events: 5000 });
    await page(cheap, `${EVENTS}?page=50&per_page=100`);
    expect(cheap.stats.rowsVisited).toBe(100);
    const dear = await start({ events: 5000, depthCost: true });
    await page(dear, `${EVENTS}?page=50&per_page=100`);
    expect(dear.stats.rowsVisited).toBe(5000);
    await page(dear, `${EVENTS}?page=1&per_page=100&sort=oldest`);
    expect(dear.stats.rowsVisited).toBe(5100);
  });
});

describe('the log', () => {
  test('tells of each request what came and what went', async () => {
    const sandbox = await start({ logSize: 4 });
    await page(sandbox, `${EVENTS}?per_page=5`);
    await page(sandbox, `${VISITS}?per_page=6`);
    await ask(sandbox, '/nowhere');
    expect(sandbox.requests).toEqual([
      expect.objectContaining({
        number: 1,
        streamNumber: 1,
        stream: 'events',
        url: `${EVENTS}?per_page=5`,
        status: 200,
        rows: 5,
      }),
      expect.objectContaining({ number: 2, streamNumber: 1, stream: 'visits', rows: 6, authorized: true }),
      expect.objectContaining({ number: null, stream: null, method: 'GET', url: '/nowhere', status: 404, rows: 0 }),
    ]);
    expect(sandbox.stats).toMatchObject({ requests: 2, rows: 11, byStatus: { 200: 2, 404: 1 } });
    for (let n = 0; n < 40; n++) await ask(sandbox, `${EVENTS}?per_page=1&page=${n + 1}`);
    expect(sandbox.requests.length).toBeLessThan(20);
    expect(sandbox.requests.at(-1)?.url).toContain('page=40');
  });
});
