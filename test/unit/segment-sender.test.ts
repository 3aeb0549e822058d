import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { problemOf, type Answer } from '../../src/segment/delivery/answer.js';
import { RetryingSender, type RetryingSenderOptions, type Sender } from '../../src/segment/delivery/retrying-sender.js';
import { DeliveryProblem, type Remedy } from '../../src/segment/delivery/problem.js';
import { TargetStats } from '../../src/segment/stats.js';
import { item } from '../support/segment-items.js';

const request = { method: 'POST', path: '/v1/batch' };

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
    for (const body of ['<!doctype html><p>log in', '\n <html></html>'])
      expect(problemOf(answer(200, { contentType: 'text/plain', body }), request, 0)?.remedy).toBe('never');
    expect(problemOf(answer(200, { body: '{"success":false,"message":"no"}' }), request, 0)?.remedy).toBe('refused');
    for (const body of ['{"success":true}', 'OK', '', 'null'])
      expect(problemOf(answer(200, { body }), request, 0)).toBeNull();
  });
});

describe('the retrying sender', () => {
  interface Setup {
    readonly accepted: string[];
    readonly refused: string[];
    readonly retrying: RetryingSender;
  }

  function setUp(change: Partial<RetryingSenderOptions> = {}): Setup {
    const [accepted, refused]: [string[], string[]] = [[], []];
    const retrying = new RetryingSender({
      ...{ maxRetrySeconds: 60, stats: new TargetStats(() => 0), now: () => 0, random: () => 0 },
      logger: { log: () => undefined, metric: () => undefined },
      waitForTurn: () => Promise.resolve(),
      stopping: new AbortController().signal,
      accept: (one) => void accepted.push(one.call.messageId),
      refuse: (one) => Promise.resolve(void refused.push(one.call.messageId)),
      ...change,
    });
    return { accepted, refused, retrying };
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
        const { accepted, refused, retrying } = setUp();
        await retrying.deliver(sender, items);
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
    const { accepted, retrying } = setUp();
    await retrying.deliver(sender, [item(1), item(2), item(3)]);
    expect(sent).toEqual([
      ['m1', 'm2', 'm3'],
      ['m2', 'm3'],
    ]);
    expect(accepted).toEqual(['m1', 'm2', 'm3']);
  });

  test('lets nothing go while Segment asks to wait, whichever batch was told so', async () => {
    const { retrying } = setUp({ now: Date.now });
    const sent: number[] = [];
    const sender = (outcomes: (DeliveryProblem | null)[]): Sender => ({
      send: (calls) => {
        sent.push(Date.now());
        const outcome = outcomes.shift() ?? null;
        return Promise.resolve(calls.map(() => outcome));
      },
    });
    const busy = new DeliveryProblem('again', 'x', request, { retryAfterMs: 400 });
    const told = retrying.deliver(sender([busy]), [item(1)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([told, retrying.deliver(sender([]), [item(2)])]);
    const [first = 0, ...others] = sent;
    expect(others).toHaveLength(2);
    // A timer may fire a millisecond early.
    for (const at of others) expect(at - first).toBeGreaterThanOrEqual(399);
  });

  test('gives up at once where Segment asks to wait longer than there is time', async () => {
    const problem = new DeliveryProblem('again', 'Segment is rate limiting', request, { retryAfterMs: 3_600_000 });
    const { retrying } = setUp();
    await expect(retrying.deliver({ send: () => Promise.resolve([problem]) }, [item(1)])).rejects.toThrow(
      'Segment is rate limiting: given up after one attempt, and it asks to wait 3600 s; max_retry_seconds is 60',
    );
  });
});
