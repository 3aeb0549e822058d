import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { faultKinds } from '../../src/sandbox/fault-table.js';
import {
  startSandbox,
  type FaultName,
  type FaultRule,
  type Sandbox,
  type SandboxOptions,
} from '../../src/sandbox/index.js';

interface Row {
  id: string;
  created_at?: unknown;
}
interface Page {
  pagination: { next_page_uri?: string | null; previous_page_uri?: string | null };
  events: Row[];
}

/** What came over the wire. */
interface Exchange {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The body as it came, chunks put together. */
  readonly body: Buffer;
  /** How it ended: by the server's FIN, by its RST, or not within the wait. */
  readonly end: 'closed' | 'reset' | 'silence';
  readonly firstByteMs: number;
  readonly ms: number;
  /** Whether the last chunk came, where there were chunks. */
  readonly whole: boolean;
}

const EVENTS = '/api/data/v1/events';
const FIRST = `${EVENTS}?sort=oldest&per_page=20`;
const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

async function start(faults: FaultRule[], options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ events: 100, visits: 10, faults, ...options });
  running.push(sandbox);
  return sandbox;
}

/** One request over a bare socket, so that no HTTP client smooths anything over. */
function exchange(
  sandbox: Sandbox,
  target: string,
  { accept = '', waitMs = 300, most = Infinity } = {},
): Promise<Exchange> {
  return new Promise((resolve) => {
    const begin = performance.now();
    const chunks: Buffer[] = [];
    let firstByteMs = Infinity;
    let size = 0;
    const socket = connect(sandbox.port, '127.0.0.1');
    const finish = (end: Exchange['end']): void => {
      socket.destroy();
      resolve({ ...parsed(Buffer.concat(chunks)), end, firstByteMs, ms: performance.now() - begin });
    };
    socket.setTimeout(waitMs, () => finish('silence'));
    socket.on('data', (chunk: Buffer) => {
      if (chunks.length === 0) firstByteMs = performance.now() - begin;
      chunks.push(chunk);
      size += chunk.length;
      if (size > most) finish('silence');
    });
    socket.on('end', () => finish('closed'));
    socket.on('error', () => finish('reset'));
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${sandbox.port}\r\nConnection: close\r\n` +
        `Authorization: Bearer ${sandbox.token}\r\n${accept === '' ? '' : `Accept-Encoding: ${accept}\r\n`}\r\n`,
    );
  });
}

function parsed(bytes: Buffer): Pick<Exchange, 'status' | 'headers' | 'body' | 'whole'> {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: new Map(), body: bytes, whole: false };
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*: */, '')]),
  );
  const rest = bytes.subarray(end + 4);
  const status = Number(first.split(' ')[1]);
  if (headers.get('transfer-encoding') !== 'chunked') return { status, headers, body: rest, whole: true };
  return { status, headers, ...unchunked(rest) };
}

function unchunked(bytes: Buffer): { body: Buffer; whole: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (size === 0) return { body: Buffer.concat(parts), whole: true };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return { body: Buffer.concat(parts), whole: false };
}

function pageOf({ body }: Exchange): Page {
  return JSON.parse(body.toString('utf8')) as Page;
}

/** The page, compressed or not; null where the body is none. */
function tryPage({ headers, body }: Exchange): Page | null {
  try {
    const text = headers.get('content-encoding') === 'gzip' ? gunzipSync(body) : body;
    return JSON.parse(text.toString('utf8')) as Page;
  } catch {
    return null;
  }
}

function idsOf(sandbox: Sandbox): string[] {
  return [...sandbox.rows('events')].map(({ id }) => id);
}

/** The ids of all rows from a page on, following the links. */
async function walk(sandbox: Sandbox, target: string): Promise<{ ids: string[]; sizes: number[] }> {
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let next: string | null | undefined = target; typeof next === 'string' && sizes.length < 100;) {
    const { events, pagination } = pageOf(await exchange(sandbox, next.replace(sandbox.url, '')));
    ids.push(...events.map(({ id }) => id));
    sizes.push(events.length);
    next = pagination.next_page_uri;
  }
  return { ids, sizes };
}

const circleError = (text: string) =>
  expect.objectContaining({ success: false, message: text, error_details: expect.anything() });

function status(expected: number, look: (answer: Exchange) => void = () => undefined) {
  return async (fault: FaultName): Promise<void> => {
    const answer = await exchange(await start([{ fault }]), FIRST);
    expect(answer.status).toBe(expected);
    expect(answer.end).toBe('closed');
    look(answer);
  };
}

function bodyText(expected: string | RegExp) {
  return ({ body }: Exchange): void => {
    if (typeof expected === 'string') expect(body.toString('utf8')).toBe(expected);
    else expect(body.toString('utf8')).toMatch(expected);
  };
}

/** A page whose rows some fault has changed. */
async function firstPage(fault: FaultName, more: Partial<FaultRule> = {}): Promise<{ page: Page; sandbox: Sandbox }> {
  const sandbox = await start([{ fault, ...more }]);
  const answer = await exchange(sandbox, FIRST);
  expect(answer.status).toBe(200);
  return { page: pageOf(answer), sandbox };
}

async function nextOf(fault: FaultName, target = FIRST): Promise<{ next: unknown; sandbox: Sandbox }> {
  const sandbox = await start([{ fault }]);
  return { next: pageOf(await exchange(sandbox, target)).pagination.next_page_uri, sandbox };
}

function createdAt(look: (value: unknown) => boolean) {
  return async (fault: FaultName): Promise<void> => {
    const { page, sandbox } = await firstPage(fault);
    const ids = idsOf(sandbox);
    expect(page.events.map(({ id }) => id)).toEqual(ids.slice(0, 20));
    page.events.forEach(({ created_at: at }, index) =>
      expect(index % 5 === 0 ? look(at) : typeof at === 'string').toBe(true),
    );
  };
}

/** Each fault, and how it shows to somebody who looks at the bytes. */
const shows: Record<Exclude<FaultName, 'chaos'>, (fault: FaultName) => Promise<void>> = {
  'status-401': status(401, (answer) => expect(pageOf(answer)).toEqual(circleError('The API token is invalid.'))),
  'status-403': status(403, (answer) =>
    expect(pageOf(answer)).toEqual(circleError('The community is not eligible for data API access.')),
  ),
  'status-404': status(404, bodyText(/Oops! Missing record/)),
  'status-408': status(408),
  'status-422': status(422, bodyText(/"error_details":\{"sort"/)),
  'status-425': status(425),
  'status-429': status(429, ({ headers }) => expect(headers.has('retry-after')).toBe(false)),
  'status-429-seconds': status(429, ({ headers }) => expect(headers.get('retry-after')).toBe('1')),
  'status-429-date': status(429, ({ headers }) => {
    const at = headers.get('retry-after') ?? '';
    expect(at).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Date.parse(at) - Date.now()).toBeGreaterThan(0);
    expect(Date.parse(at) - Date.now()).toBeLessThan(3100);
  }),
  'status-500': status(500, bodyText(/<html>/)),
  'status-502': status(502),
  'status-503': status(503),
  'status-504': status(504),
  'html-200': status(200, bodyText(/^<!DOCTYPE html>/)),
  'empty-object': status(200, bodyText('{}')),
  'null-events': status(200, bodyText('{"events":null}')),
  'empty-body': status(200, ({ body, headers }) =>
    expect([body.length, headers.get('content-length')]).toEqual([0, '0']),
  ),
  'error-body-200': status(200, bodyText(/^\{"success":false/)),
  'token-in-error': async (fault) => {
    const sandbox = await start([{ fault, with: { status: 403 } }]);
    const { status: code, body, headers } = await exchange(sandbox, FIRST);
    expect(code).toBe(403);
    expect(body.toString()).toContain(sandbox.token);
    expect(headers.get('x-token')).toBe(sandbox.token);
  },
  'token-in-redirect': async (fault) => {
    const sandbox = await start([{ fault }]);
    const { status: code, headers } = await exchange(sandbox, FIRST);
    expect([code, headers.get('location')]).toEqual([302, `${sandbox.url}/login?token=${sandbox.token}`]);
  },
  'foreign-redirect': async (fault) => {
    const sandbox = await start([{ fault, with: { origin: 'http://other.example' } }]);
    const { status: code, headers } = await exchange(sandbox, FIRST);
    expect([code, headers.get('location')]).toEqual([302, `http://other.example${FIRST}`]);
  },
  'clamp-page': async (fault) => {
    const sandbox = await start([{ fault, with: { rows: 7 } }]);
    const { ids, sizes } = await walk(sandbox, FIRST);
    expect(Math.max(...sizes)).toBe(7);
    expect(ids).toEqual(idsOf(sandbox));
  },
  'ignore-sort': async (fault) => {
    const { page, sandbox } = await firstPage(fault);
    expect(page.events.map(({ id }) => id)).toEqual(idsOf(sandbox).reverse().slice(0, 20));
  },
  'ignore-created-at-gt': async (fault) => {
    const sandbox = await start([{ fault }]);
    const page = pageOf(await exchange(sandbox, `${FIRST}&created_at_gt=2030-01-01T00:00:00Z`));
    expect(page.events.map(({ id }) => id)).toEqual(idsOf(sandbox).slice(0, 20));
  },
  'ignore-events': async (fault) => {
    const sandbox = await start([{ fault }]);
    expect(pageOf(await exchange(sandbox, `${FIRST}&events[]=post.liked`)).events).toHaveLength(20);
  },
  'empty-page': async (fault) => {
    const sandbox = await start([{ fault, match: { page: 3 } }]);
    const { ids, sizes } = await walk(sandbox, FIRST);
    expect(sizes).toEqual([20, 20, 0, 20, 20, 20]);
    expect(ids).toEqual(idsOf(sandbox));
  },
  'short-page': async (fault) => {
    const sandbox = await start([{ fault, match: { page: 2 } }]);
    const { ids, sizes } = await walk(sandbox, FIRST);
    expect(sizes).toEqual([20, 6, 20, 20, 20, 14]);
    expect(ids).toEqual(idsOf(sandbox));
  },
  'row-out-of-order': async (fault) => {
    const { page, sandbox } = await firstPage(fault);
    const ids = idsOf(sandbox).slice(0, 20);
    expect(page.events.map(({ id }) => id)).toEqual([...ids.slice(0, 10), ...ids.slice(11), ids[10]]);
  },
  'duplicate-row': async (fault) => {
    const { page, sandbox } = await firstPage(fault);
    const ids = idsOf(sandbox).slice(0, 20);
    expect(page.events.map(({ id }) => id)).toEqual([ids[0], ...ids]);
  },
  'null-created-at': createdAt((value) => value === null),
  'missing-created-at': createdAt((value) => value === undefined),
  'invalid-created-at': createdAt((value) => value === 'soon'),
  'relative-next': async (fault) => {
    const { next } = await nextOf(fault);
    expect(next).toMatch(/^\/api\/data\/v1\/events\?sort=oldest&per_page=20&page=2&base_timestamp=[\d.]+$/);
  },
  'bare-next': async (fault) => {
    const { next, sandbox } = await nextOf(fault);
    expect(next).toBe(`${sandbox.url}${EVENTS}?page=2`);
  },
  'foreign-next': async (fault) => {
    const { next } = await nextOf(fault);
    expect(next).toMatch(/^https:\/\/circle\.example\.org\/api\/data\/v1\/events\?.*page=2/);
  },
  'repeat-next': async (fault) => {
    const { next, sandbox } = await nextOf(fault);
    expect(next).toBe(`${sandbox.url}${FIRST}`);
  },
  'cycle-next': async (fault) => {
    const { next: second, sandbox } = await nextOf(fault);
    const path = String(second).replace(sandbox.url, '');
    const { pagination } = pageOf(await exchange(sandbox, path));
    expect(new URL(pagination.next_page_uri ?? '').searchParams.get('page')).toBe('1');
    const back = pageOf(await exchange(sandbox, (pagination.next_page_uri ?? '').replace(sandbox.url, '')));
    expect(back.pagination.next_page_uri).toBe(second);
  },
  'endless-next': async (fault) => {
    const { next } = await nextOf(fault, `${FIRST}&page=40`);
    expect(new URL(String(next)).searchParams.get('page')).toBe('41');
  },
  'null-next': async (fault) => {
    const sandbox = await start([{ fault }]);
    const { pagination } = pageOf(await exchange(sandbox, `${EVENTS}?per_page=100`));
    expect(pagination).toEqual({ next_page_uri: null, previous_page_uri: null });
  },
  'pretty-body': async (fault) => {
    const answer = await exchange(await start([{ fault }]), FIRST);
    expect(answer.body.toString()).toContain('\n    {\n      "id"');
    expect(pageOf(answer).events).toHaveLength(20);
  },
  'bom-body': async (fault) => {
    const { body } = await exchange(await start([{ fault }]), FIRST);
    expect([...body.subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x7b]);
  },
  'reset-before-headers': async (fault) => {
    const { end, body } = await exchange(await start([{ fault }]), FIRST);
    expect([end, body.length]).toEqual(['reset', 0]);
  },
  'reset-in-body': async (fault) => {
    const { end, body, headers } = await exchange(await start([{ fault }]), FIRST);
    expect(end).toBe('reset');
    expect(body.length).toBe(Math.floor(Number(headers.get('content-length')) / 2));
  },
  'cut-body': async (fault) => {
    const { end, body, headers } = await exchange(await start([{ fault, with: { share: 0.25 } }]), FIRST);
    expect([end, String(body.length)]).toEqual(['closed', headers.get('content-length')]);
    expect(() => JSON.parse(body.toString()) as unknown).toThrow();
  },
  'cut-body-false-length': async (fault) => {
    const { end, body, headers } = await exchange(await start([{ fault }]), FIRST);
    expect([end, body.length]).toEqual(['closed', Math.floor(Number(headers.get('content-length')) / 2)]);
  },
  'cut-body-chunked': async (fault) => {
    const { end, body, headers, whole } = await exchange(await start([{ fault }]), FIRST);
    expect([end, headers.get('transfer-encoding'), whole]).toEqual(['closed', 'chunked', false]);
    expect(body.toString()).toMatch(/^\{"pagination"/);
  },
  'slow-headers': async (fault) => {
    const { firstByteMs, status: code } = await exchange(await start([{ fault, with: { ms: 200 } }]), FIRST, {
      waitMs: 2000,
    });
    expect(code).toBe(200);
    expect(firstByteMs).toBeGreaterThan(190);
  },
  'slow-body': async (fault) => {
    const answer = await exchange(await start([{ fault, with: { pieces: 5, ms: 60 } }]), FIRST, { waitMs: 2000 });
    expect(pageOf(answer).events).toHaveLength(20);
    expect(answer.ms - answer.firstByteMs).toBeGreaterThan(230);
  },
  'stalled-headers': async (fault) => {
    const { end, status: code } = await exchange(await start([{ fault }]), FIRST);
    expect([end, code]).toEqual(['silence', 0]);
  },
  'stalled-body': async (fault) => {
    const { end, body, headers } = await exchange(await start([{ fault }]), FIRST);
    expect([end, body.length]).toEqual(['silence', Math.floor(Number(headers.get('content-length')) / 2)]);
  },
  'endless-body': async (fault) => {
    const { body } = await exchange(await start([{ fault }]), FIRST, { most: 3_000_000, waitMs: 2000 });
    expect(body.length).toBeGreaterThan(2_000_000);
    expect(body.subarray(-100).toString().trim()).toBe('');
  },
  'gzip-body': async (fault) => {
    const { headers, body } = await exchange(await start([{ fault }]), FIRST);
    expect(headers.get('content-encoding')).toBe('gzip');
    expect((JSON.parse(gunzipSync(body).toString()) as Page).events).toHaveLength(20);
  },
  'false-gzip': async (fault) => {
    const answer = await exchange(await start([{ fault }]), FIRST, { accept: 'gzip' });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(pageOf(answer).events).toHaveLength(20);
  },
};

describe('each fault shows on the wire', () => {
  test('and none is missing here', () => {
    expect(Object.keys(shows).sort()).toEqual([...faultKinds.keys()].sort());
  });

  test.each(Object.entries(shows))('%s', async (name, show) => {
    const fault = Object.keys(shows).find((known): known is FaultName => known === name);
    await show(fault ?? 'chaos');
  });
});

describe('faults together', () => {
  test('without a fault the wire is sound', async () => {
    const sandbox = await start([]);
    const answer = await exchange(sandbox, FIRST);
    expect([answer.end, answer.status, String(answer.body.length)]).toEqual([
      'closed',
      200,
      answer.headers.get('content-length'),
    ]);
    expect(pageOf(answer).events.map(({ id }) => id)).toEqual(idsOf(sandbox).slice(0, 20));
  });

  test('add up where they act at different places', async () => {
    const sandbox = await start([{ fault: 'relative-next' }, { fault: 'duplicate-row' }, { fault: 'gzip-body' }]);
    const { body } = await exchange(sandbox, FIRST);
    const page = JSON.parse(gunzipSync(body).toString()) as Page;
    expect(page.events).toHaveLength(21);
    expect(page.pagination.next_page_uri).toMatch(/^\//);
    expect(sandbox.requests.at(-1)?.faults).toEqual(['relative-next', 'duplicate-row', 'gzip-body']);
  });

  test('strike by script and can be changed while it runs', async () => {
    const sandbox = await start([{ fault: 'status-503', match: { page: 2 }, times: 1 }]);
    const second = `${FIRST}&page=2`;
    expect((await exchange(sandbox, FIRST)).status).toBe(200);
    expect((await exchange(sandbox, second)).status).toBe(503);
    expect((await exchange(sandbox, second)).status).toBe(200);
    sandbox.faults.set([{ fault: 'status-401' }]);
    expect((await exchange(sandbox, second)).status).toBe(401);
    sandbox.faults.clear();
    expect((await exchange(sandbox, second)).status).toBe(200);
    expect(Object.fromEntries(sandbox.faults.struck)).toEqual({ 'status-503': 1, 'status-401': 1 });
  });

  test('a page that a fault has changed is not kept for the next request', async () => {
    const sandbox = await start([{ fault: 'duplicate-row', times: 1 }]);
    expect(pageOf(await exchange(sandbox, FIRST)).events).toHaveLength(21);
    expect(pageOf(await exchange(sandbox, FIRST)).events).toHaveLength(20);
  });

  test('a walk with retries through chaos brings every row once', async () => {
    const sandbox = await start([{ fault: 'chaos', probability: 0.4 }], { events: 300 });
    sandbox.faults.set([
      { fault: 'chaos', probability: 0.4 },
      { fault: 'short-page', probability: 0.3 },
      { fault: 'empty-page', probability: 0.2 },
    ]);
    const ids: string[] = [];
    for (let next: string | null | undefined = FIRST; typeof next === 'string';) {
      const answer = await exchange(sandbox, next.replace(sandbox.url, ''), { waitMs: 3000 });
      const page = tryPage(answer);
      if (answer.status !== 200 || answer.end !== 'closed' || !Array.isArray(page?.events)) continue;
      ids.push(...page.events.map(({ id }) => id));
      next = page.pagination.next_page_uri;
    }
    expect(ids).toEqual(idsOf(sandbox));
    expect(sandbox.faults.struck.size).toBeGreaterThan(5);
  });

  test('what is stalled ends when the sandbox closes', async () => {
    const sandbox = await start([{ fault: 'stalled-body' }]);
    const waiting = exchange(sandbox, FIRST, { waitMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sandbox.close();
    expect((await waiting).end).not.toBe('silence');
  });
});
