import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelApiOptions, ModelRow } from '../support/model-api.js';
import { shownAs } from '../support/model-arbitraries.js';
import { timedWalk } from '../support/timed-source.js';

const SECOND = 1_000_000;
const PER_PAGE = 20;
const WIDTH = 5;

/** A row a second, but for a group of equal times in the middle. */
function server(count: number, more: Partial<ModelApiOptions> = {}, ties = 0): ModelApiOptions {
  const rows = Array.from({ length: count }, (_, number): ModelRow => {
    const half = count >> 1;
    const created = SECOND * (number >= half && number < half + ties ? half : number);
    const id = `row-${String(number).padStart(6, '0')}`;
    return { id, created, shown: shownAs(created, 0), visibleAt: 0, deletedAt: Infinity };
  });
  const plain = { cap: 2000, ignoresSort: false, shufflesTies: false, fixedSize: false, links: 'absolute', step: 1 };
  return { ...(plain as Omit<ModelApiOptions, 'rows'>), ...more, rows };
}

/** 100 to 500, by chance; the same chance for the same seed. */
function chance(seed: number): (request: number) => number {
  return (request) => {
    const mixed = Math.imul(Math.imul(seed + request, 0x9e3779b1) ^ ((seed + request) << 13), 0x85ebca6b) >>> 0;
    return 100 + (400 * ((mixed ^ (mixed >>> 15)) >>> 0)) / 2 ** 32;
  };
}

const walked = { perPage: PER_PAGE, width: WIDTH };
const fifty = 50 * PER_PAGE;

describe('pages asked for ahead', () => {
  test('hide the time that a server takes: 50 pages, each after 300, in twelve times of one', async () => {
    const { time, ids, requests } = await timedWalk({ ...walked, api: server(fifty), latency: () => 300 });
    expect(ids).toHaveLength(fifty);
    // Pages of 20 rows bring 18 new ones.
    expect(requests).toBeLessThanOrEqual(56 + WIDTH);
    expect(time / 300).toBeLessThanOrEqual(1 + Math.ceil(55 / WIDTH));
  });

  test('overlap by little more than they have to where many rows share their time with the one before', async () => {
    let created = 0;
    const rows = server(10_000).rows.map((row, number) => {
      // Groups of forty on the average.
      if (chance(number)(1) > 110) return { ...row, created, shown: shownAs(created, 0) };
      created += SECOND;
      return { ...row, created, shown: shownAs(created, 0) };
    });
    const api = { ...server(0), rows };
    const { time, ids, requests } = await timedWalk({ api, perPage: 200, width: WIDTH, latency: () => 300 });
    expect(ids).toHaveLength(10_000);
    expect(requests).toBeLessThanOrEqual(53 + WIDTH);
    expect(time / 300).toBeLessThanOrEqual(1 + Math.ceil(53 / WIDTH));
  });

  test('hide it as well where answers come by chance: a late one does not stop those behind it', async () => {
    let share = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { time, ids, requests, mostUnderWay, mostHeld } = await timedWalk({
        ...walked,
        api: server(fifty),
        latency: chance(seed * 1000),
      });
      expect(ids).toHaveLength(fifty);
      expect(mostUnderWay).toBe(WIDTH);
      expect(mostHeld).toBeLessThanOrEqual(2 * WIDTH);
      share += time / (300 * (requests - WIDTH)) / 40;
    }
    // One fifth, and what the first and the last pages cost.
    expect(share).toBeLessThan(0.245);
  });

  test('are no more than the width while the reader is slow: memory stays flat', async () => {
    const anyWalk = fc.record({ width: fc.integer({ min: 1, max: 8 }), seed: fc.nat(1e6) });
    await fc.assert(
      fc.asyncProperty(anyWalk, async ({ width, seed }) => {
        const api = server(fifty);
        const seen = await timedWalk({ api, perPage: PER_PAGE, width, latency: chance(seed), reading: 2000 });
        expect(seen.ids).toHaveLength(fifty);
        expect(seen.mostHeld).toBeLessThanOrEqual(width);
      }),
      { numRuns: 20 },
    );
  });

  test('are not asked for where one page is all, and hardly beyond the end where a few are', async () => {
    const latency = (): number => 300;
    expect((await timedWalk({ ...walked, api: server(PER_PAGE), latency })).requests).toBe(1);
    for (let count = PER_PAGE + 1; count < 5 * PER_PAGE; count++) {
      const { requests } = await timedWalk({ ...walked, api: server(count), latency });
      expect(requests).toBeLessThanOrEqual(1 + 2 * WIDTH - 1);
    }
  });

  test('beyond the end may be missing: that is no error, and nothing is lost', async () => {
    for (let count = PER_PAGE; count < 5 * PER_PAGE; count += 7) {
      for (let seed = 0; seed < 5; seed++) {
        const api = server(count, { missingPages: true });
        const { ids } = await timedWalk({ ...walked, api, latency: chance(seed) });
        expect(ids).toHaveLength(count);
      }
    }
  });

  test('stay near their anchor: a server’s work for a row does not grow with the history', async () => {
    for (const latency of [(): number => 300, chance(7)]) {
      const depths: number[] = [];
      for (const pages of [20, 200]) {
        const count = pages * PER_PAGE;
        const { ids, visited, deepestPage } = await timedWalk({ ...walked, api: server(count), latency });
        expect(ids).toHaveLength(count);
        expect(deepestPage).toBeLessThanOrEqual(2 * WIDTH);
        depths.push(visited / count);
      }
      expect((depths[1] ?? NaN) / (depths[0] ?? NaN)).toBeLessThan(1.25);
      // Twenty rows a page, eighteen of them new.
      expect(depths[1]).toBeLessThan((WIDTH + 0.5) * (20 / 18));
    }
  });

  test('a group of equal times, many pages long, is walked by places, and left again', async () => {
    const api = server(60 * PER_PAGE, {}, 15 * PER_PAGE);
    const { ids, deepestPage, requests } = await timedWalk({ ...walked, api, latency: chance(3) });
    expect(ids).toHaveLength(60 * PER_PAGE);
    expect(deepestPage).toBeLessThan(30);
    expect(requests).toBeLessThan(90);
  });

  test('a server that reads created_at_gt to the second costs some overlap, not the whole speed', async () => {
    // Some rows a second: an anchor misses its row by up to twice as many.
    const rows = server(10_000).rows.map((row, number) => {
      const created = 130_000 * number + (number % 17) * 1000;
      return { ...row, created, shown: shownAs(created, 0) };
    });
    const api = { ...server(0), rows, filterDigits: 0 as const };
    const { ids, requests, time } = await timedWalk({ api, perPage: 200, width: WIDTH, latency: () => 300 });
    expect(ids).toHaveLength(10_000);
    expect(requests).toBeLessThan(1.3 * 50 + WIDTH);
    expect(time / 300).toBeLessThan(0.4 * 50);
  });

  test('a server that gives more than a page for each second, whatever created_at_gt says of it, is read through', async () => {
    const anyWalk = fc.record({
      width: fc.integer({ min: 1, max: 6 }),
      seed: fc.nat(1e6),
      perSecond: fc.integer({ min: 5, max: 90 }),
    });
    await fc.assert(
      fc.asyncProperty(anyWalk, async ({ width, seed, perSecond }) => {
        const rows = server(600).rows.map((row, number) => {
          const created = Math.floor((number * SECOND) / perSecond);
          return { ...row, created, shown: shownAs(created, 0) };
        });
        const api = { ...server(0), rows, filterDigits: 0 as const };
        const { ids, requests } = await timedWalk({ api, perPage: PER_PAGE, width, latency: chance(seed) });
        expect(ids).toHaveLength(600);
        expect(requests).toBeLessThan(15 * (600 / PER_PAGE));
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
