import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../src/base/redactor.js';
import { problemOf, type Answer } from '../../src/segment/delivery/answer.js';
import { Batcher } from '../../src/segment/delivery/batcher.js';
import { Courier, type CourierOptions, type Sender } from '../../src/segment/delivery/courier.js';
import { DeadLetters } from '../../src/segment/delivery/dead-letters.js';
import { MOST_BATCH_BYTES, sizeOf } from '../../src/segment/delivery/event-size.js';
import type { Item } from '../../src/segment/delivery/item.js';
import { Lane } from '../../src/segment/delivery/lane.js';
import { Ledger } from '../../src/segment/delivery/ledger.js';
import { Pacer } from '../../src/segment/delivery/pacer.js';
import { DeliveryProblem, type Remedy } from '../../src/segment/delivery/problem.js';
import type { Call } from '../../src/segment/mapping/calls.js';
import { TargetStats } from '../../src/segment/stats.js';
import { SegmentServer } from '../support/segment-server.js';

const request = { method: 'POST', path: '/v1/batch' };
const servers: SegmentServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function call(messageId: string, properties: Record<string, string> = {}): Call {
  return {
    type: 'track',
    event: 'Thing Done',
    userId: 'u',
    messageId,
    properties,
    context: {},
    timestamp: '2026-01-01T00:00:00Z',
  };
}

function item(number: number, bytes = 100): Item {
  return { call: call(`m${number}`), number, bytes, stream: 's', line: number, isSettled: false };
}

describe('the ledger', () => {
  test('tells states in order, each as soon as all before it is settled, and never before', async () => {
    const plan = fc.array(fc.oneof(fc.constant('call' as const), fc.constant('state' as const)), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(plan, fc.infiniteStream(fc.nat()), async (steps, picks) => {
        const told: number[] = [];
        const ledger = new Ledger((text) => Promise.resolve(void told.push(Number(text))));
        const open: number[] = [];
        const settled = new Set<number>();
        const states: number[] = [];
        const check = async (): Promise<void> => {
          await Promise.resolve();
          await new Promise((resolve) => setImmediate(resolve));
          let low = 0;
          while (settled.has(low + 1)) low++;
          expect(told).toEqual(states.filter((after) => after <= low));
        };
        const settleOne = (): void => {
          const [number] = open.splice((picks.next().value ?? 0) % open.length, 1);
          if (number === undefined) return;
          settled.add(number);
          if (number % 5 === 0) ledger.bury(number);
          else ledger.accept(number);
        };
        for (const step of steps) {
          if (step === 'call') open.push(ledger.open());
          else {
            states.push(ledger.sent);
            await ledger.state(String(ledger.sent));
          }
          if (open.length > 0 && (picks.next().value ?? 0) % 3 === 0) settleOne();
          await check();
        }
        while (open.length > 0) {
          settleOne();
          await check();
        }
        await ledger.close();
        expect(told).toEqual(states);
        expect(ledger.sent).toBe(ledger.accepted + ledger.buried);
      }),
      { numRuns: 60 },
    );
  });

  test('holds back every state after a call that was lost', async () => {
    const told: string[] = [];
    const ledger = new Ledger((text) => Promise.resolve(void told.push(text)));
    const [a, , c] = [ledger.open(), ledger.open(), ledger.open()];
    await ledger.state('after all');
    ledger.accept(a);
    ledger.lose();
    ledger.accept(c);
    await ledger.close();
    expect(told).toEqual([]);
  });

  test('is an error where the account is not even', async () => {
    const ledger = new Ledger(() => Promise.resolve());
    ledger.open();
    await expect(ledger.close()).rejects.toThrow('the account is not even');
  });

  test('makes the input wait while too much text of states waits', async () => {
    const ledger = new Ledger(() => Promise.resolve());
    const number = ledger.open();
    let isThrough = false;
    const waiting = ledger.state('x'.repeat(9 * 1024 * 1024)).then(() => (isThrough = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isThrough).toBe(false);
    ledger.accept(number);
    await waiting;
    expect(isThrough).toBe(true);
  });
});

describe('batches', () => {
  async function batchesOf(items: readonly Item[], most = 100): Promise<Item[][]> {
    const batches: Item[][] = [];
    const batcher = new Batcher({ most, dispatch: (batch) => Promise.resolve(void batches.push(batch)) });
    for (const one of items) await batcher.add(one);
    await batcher.flush();
    return batches;
  }

  test('hold every call once, in order, within the count and the bytes', async () => {
    const size = fc.oneof(fc.constant(32 * 1024), fc.integer({ min: 1, max: 32 * 1024 }));
    const sizes = fc.array(size, { maxLength: 120, size: 'max' });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 100 }), async (bytes, most) => {
        const items = bytes.map((size, index) => item(index + 1, size));
        const batches = await batchesOf(items, most);
        expect(batches.flat()).toEqual(items);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(most);
          expect(batch.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThanOrEqual(MOST_BATCH_BYTES);
        }
      }),
    );
  });

  test('that do not fill go after a second all the same', async () => {
    const batches: Item[][] = [];
    const batcher = new Batcher({ most: 100, dispatch: (batch) => Promise.resolve(void batches.push(batch)) });
    await batcher.add(item(1));
    expect(batches).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(batches).toHaveLength(1);
  });
});

describe('the size of a call', () => {
  test('is never less than what the library makes of it', async () => {
    const server = await SegmentServer.start();
    servers.push(server);
    const lane = new Lane({
      ...{ writeKey: 'key', host: server.url, timeoutMs: 5000, signal: new AbortController().signal },
      ...{ now: Date.now, onRequest: () => undefined },
    });
    const texts = ['', 'ascii i i i', 'é'.repeat(500), '😀"\\\n'.repeat(300), '\u0001'.repeat(100)];
    const calls = texts.map((text, index) => call(`m${index}`, { text }));
    expect(await lane.send(calls, 0)).toEqual(calls.map(() => null));
    for (const [index, sent] of server.calls.entries()) {
      const [one] = calls.slice(index);
      const real = Buffer.byteLength(JSON.stringify(sent));
      expect(one === undefined ? 0 : sizeOf(one)).toBeGreaterThan(real);
    }
    await lane.close();
  });
});

describe('answers', () => {
  const answer = (status: number, more: Partial<Answer> = {}): Answer => {
    return { status, contentType: 'application/json', retryAfter: null, location: null, body: '{}', ...more };
  };

  test.each<[number, Remedy | null]>([
    ...([200, 201, 202, 204] as const).map((status): [number, null] => [status, null]),
    ...([301, 302, 307, 308] as const).map((status): [number, Remedy] => [status, 'never']),
    ...([400, 413, 422] as const).map((status): [number, Remedy] => [status, 'refused']),
    ...([401, 403, 404, 405, 402, 451, 501, 505, 511] as const).map((status): [number, Remedy] => [status, 'never']),
    ...([408, 410, 425, 429, 460, 500, 502, 503, 504, 520] as const).map((status): [number, Remedy] => [
      status,
      'again',
    ]),
  ])('%i means %s', (status, remedy) => {
    expect(problemOf(answer(status), request, 0)?.remedy ?? null).toBe(remedy);
  });

  test('200 is no acceptance where it is a web page, or says that it failed', () => {
    expect(problemOf(answer(200, { contentType: 'text/html; charset=utf-8' }), request, 0)?.remedy).toBe('never');
    expect(problemOf(answer(200, { body: '{"success":false,"message":"no"}' }), request, 0)?.remedy).toBe('refused');
    for (const body of ['{"success":true}', 'OK', '', 'null'])
      expect(problemOf(answer(200, { body }), request, 0)).toBeNull();
  });
});

describe('the pacer', () => {
  test('lets no more go in any second than allowed', async () => {
    const pacer = new Pacer(50);
    const gone: number[] = [];
    for (let n = 0; n < 12; n++) {
      await pacer.waitForTurn(10);
      for (let k = 0; k < 10; k++) gone.push(performance.now());
    }
    pacer.close();
    gone.forEach((at, index) => {
      // A timer may fire a millisecond early.
      const inSecond = gone.slice(index).filter((other) => other < at + 995).length;
      expect(inSecond).toBeLessThanOrEqual(50);
    });
  });
});

describe('the courier', () => {
  interface Setup {
    readonly accepted: string[];
    readonly refused: string[];
    readonly courier: Courier;
  }

  function setUp(change: Partial<CourierOptions> = {}): Setup {
    const [accepted, refused]: [string[], string[]] = [[], []];
    const courier = new Courier({
      ...{ maxRetrySeconds: 60, stats: new TargetStats(() => 0), now: () => 0, random: () => 0 },
      logger: { log: () => undefined, metric: () => undefined },
      waitForTurn: () => Promise.resolve(),
      stopping: new AbortController().signal,
      accept: (one) => void accepted.push(one.call.messageId),
      refuse: (one) => Promise.resolve(void refused.push(one.call.messageId)),
      ...change,
    });
    return { accepted, refused, courier };
  }

  test('finds the calls at fault, whichever they are, and brings all others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), async (bad) => {
        let requests = 0;
        const sender: Sender = {
          send: (calls) => {
            requests++;
            const isBad = calls.some(({ messageId }) => bad.includes(Number(messageId.slice(1))));
            const outcome = isBad ? new DeliveryProblem('refused', 'x', request) : null;
            return Promise.resolve(calls.map(() => outcome));
          },
        };
        const items = Array.from({ length: 40 }, (_, n) => item(n + 1));
        const { accepted, refused, courier } = setUp();
        await courier.deliver(sender, items);
        const ids = bad.map((n) => `m${n}`);
        expect([...refused].sort()).toEqual([...ids].sort());
        expect([...accepted].sort()).toEqual(
          items
            .map((one) => one.call.messageId)
            .filter((id) => !ids.includes(id))
            .sort(),
        );
        expect(requests).toBeLessThanOrEqual(2 * 40);
      }),
      { numRuns: 50 },
    );
  });

  test('sends again only what was not accepted, with the same ids', async () => {
    const sent: string[][] = [];
    const sender: Sender = {
      send: (calls, attempt) => {
        sent.push(calls.map(({ messageId }) => messageId));
        const outcome = new DeliveryProblem('again', 'x', request, { retryAfterMs: 0 });
        return Promise.resolve(calls.map((_, index) => (attempt === 0 && index > 0 ? outcome : null)));
      },
    };
    const { accepted, courier } = setUp();
    await courier.deliver(sender, [item(1), item(2), item(3)]);
    expect(sent).toEqual([
      ['m1', 'm2', 'm3'],
      ['m2', 'm3'],
    ]);
    expect(accepted).toEqual(['m1', 'm2', 'm3']);
  });

  test('lets nothing go while Segment asks to wait, whichever batch was told so', async () => {
    const { courier } = setUp({ now: Date.now });
    const sent: number[] = [];
    const sender = (outcomes: (DeliveryProblem | null)[]): Sender => ({
      send: (calls) => {
        sent.push(Date.now());
        const outcome = outcomes.shift() ?? null;
        return Promise.resolve(calls.map(() => outcome));
      },
    });
    const busy = new DeliveryProblem('again', 'x', request, { retryAfterMs: 400 });
    const told = courier.deliver(sender([busy]), [item(1)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([told, courier.deliver(sender([]), [item(2)])]);
    const [first = 0, ...others] = sent;
    expect(others).toHaveLength(2);
    // A timer may fire a millisecond early.
    for (const at of others) expect(at - first).toBeGreaterThanOrEqual(399);
  });

  test('gives up at once where Segment asks to wait longer than there is time', async () => {
    const problem = new DeliveryProblem('again', 'Segment is rate limiting', request, { retryAfterMs: 3_600_000 });
    const { courier } = setUp();
    await expect(courier.deliver({ send: () => Promise.resolve([problem]) }, [item(1)])).rejects.toThrow(
      'Segment is rate limiting: given up after one attempt, and it asks to wait 3600 s; max_retry_seconds is 60',
    );
  });
});

describe('the write key', () => {
  test('is taken out of the Authorization header’s form too', () => {
    const key = 'wk/Secret+Key=42';
    const header = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
    expect(new Redactor([key]).clean(header)).not.toContain(Buffer.from(key).toString('base64').slice(0, 16));
  });

  test('is taken out of what is set aside: a refusal may quote the request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'segment-dead-'));
    try {
      const path = join(folder, 'dead.jsonl');
      const letters = new DeadLetters(path, new Redactor(['wk/Secret+Key=42']));
      const reason = 'Segment refused the call: {"you sent":"wk/Secret+Key=42"}';
      await Promise.all([1, 2].map((line) => letters.bury({ reason, stream: 's', line, record: { id: line } })));
      await letters.close();
      const text = await readFile(path, 'utf8');
      expect(text).not.toContain('Secret');
      const lines = text.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
        { line: 1, record: { id: 1 } },
        { line: 2, record: { id: 2 } },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
