import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../src/base/redactor.js';
import { Batcher } from '../../src/segment/delivery/batcher.js';
import { DeadLetterFile } from '../../src/segment/delivery/dead-letters.js';
import { Delivery } from '../../src/segment/delivery/delivery.js';
import { MOST_BATCH_BYTES, sizeOf } from '../../src/segment/delivery/event-size.js';
import type { Item } from '../../src/segment/delivery/item.js';
import { BatchClient } from '../../src/segment/delivery/batch-client.js';
import { Ledger } from '../../src/segment/delivery/ledger.js';
import { Pacer } from '../../src/segment/delivery/pacer.js';
import { TargetStats } from '../../src/segment/stats.js';
import { call, item } from '../support/segment-items.js';
import { SegmentServer } from '../support/segment-server.js';

const servers: SegmentServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

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
          if (number % 5 === 0) ledger.setAside(number);
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
        expect(ledger.sent).toBe(ledger.accepted + ledger.setAsideCount);
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
    const client = new BatchClient({
      ...{ writeKey: 'key', host: server.url, timeoutMs: 5000, signal: new AbortController().signal },
      ...{ now: Date.now, onRequest: () => undefined },
    });
    const texts = ['', 'ascii i i i', 'é'.repeat(500), '😀"\\\n'.repeat(300), '\u0001'.repeat(100)];
    const calls = texts.map((text, index) => call(`m${index}`, { text }));
    expect(await client.send(calls, 0)).toEqual(calls.map(() => null));
    for (const [index, sent] of server.calls.entries()) {
      const [one] = calls.slice(index);
      const real = Buffer.byteLength(JSON.stringify(sent));
      expect(one === undefined ? 0 : sizeOf(one)).toBeGreaterThan(real);
    }
    await client.close();
  });
});

describe('the pacer', () => {
  test('lets no more go in any second than allowed', async () => {
    const pacer = new Pacer(50);
    const turns: { readonly asked: number; readonly gone: number }[] = [];
    for (let n = 0; n < 12; n++) {
      const asked = performance.now();
      await pacer.waitForTurn(10);
      turns.push({ asked, gone: performance.now() });
    }
    pacer.close();
    // From the first to the sixth of any six turns, 60 calls, is a second and more; a timer may fire a millisecond early.
    for (const [index, { asked }] of turns.entries()) {
      const sixth = turns[index + 5];
      if (sixth !== undefined) expect(sixth.gone - asked).toBeGreaterThanOrEqual(995);
    }
  });
});

describe('the end of a delivery', () => {
  test('waits for the states, and fails where a call is neither accepted nor set aside nor lost', async () => {
    const told: string[] = [];
    const ledger = new Ledger(async (text) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      told.push(text);
    });
    const delivery = new Delivery({
      settings: {
        ...{ writeKey: 'k', host: 'http://127.0.0.1:1', eventsPerSecond: 0 },
        ...{ requestTimeoutSeconds: 1, maxRetrySeconds: 1, closeTimeoutSeconds: 1 },
      },
      ...{ ledger, deadLetters: null, stats: new TargetStats(() => 0), now: Date.now, random: Math.random },
      logger: { log: () => undefined, metric: () => undefined },
      onFailure: () => undefined,
    });
    void delivery.state('1');
    ledger.open();
    await expect(delivery.finish()).rejects.toThrow('the account is not even');
    expect(told).toEqual(['1']);
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
      const letters = new DeadLetterFile(path, new Redactor(['wk/Secret+Key=42']));
      const reason = 'Segment refused the call: {"you sent":"wk/Secret+Key=42"}';
      await Promise.all([1, 2].map((line) => letters.write({ reason, stream: 's', line, record: { id: line } })));
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
