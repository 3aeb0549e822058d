import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseRuleList, parseRules } from '../../src/sandbox/fault-rules.js';
import { chaosFaults, faultKinds } from '../../src/sandbox/fault-table.js';
import { Faults, type Strikeable } from '../../src/sandbox/faults.js';

function request(number: number, more: Partial<Strikeable> = {}): Strikeable {
  const page = more.page ?? number;
  return { stream: 'events', page, number, streamNumber: number, what: `events ${page} `, ...more };
}

/** The numbers of the first requests that are struck. */
function struck(faults: Faults, requests = 10): number[] {
  return Array.from({ length: requests }, (_, index) => index + 1).filter((n) => faults.strike(request(n)).length > 0);
}

describe('rules', () => {
  test.each([
    ['no list', {}, 'faults: expected a list of rules'],
    ['an unknown fault', [{ fault: 'nope' }], 'there is no fault "nope"'],
    ['an unknown key', [{ fault: 'status-500', time: 1 }], 'faults[0].time: not known'],
    [
      'a wrong probability',
      [{ fault: 'status-500', probability: 2 }],
      'faults[0].probability: expected a number from 0 to 1',
    ],
    [
      'a wrong stream',
      [{ fault: 'status-500', match: { stream: 'x' } }],
      'faults[0].match.stream: expected events or visits',
    ],
    ['an unknown parameter', [{ fault: 'slow-headers', with: { s: 1 } }], 'faults[0].with.s: not known'],
    [
      'a parameter of the wrong kind',
      [{ fault: 'slow-headers', with: { ms: '1' } }],
      'faults[0].with.ms: expected a number',
    ],
    ['requests for a fault of walks', [{ fault: 'empty-page', times: 1 }], 'empty-page is for whole walks'],
  ])('with %s are refused', (_, rules, message) => {
    expect(() => parseRules(rules)).toThrow(message);
  });

  test('come from a text too', () => {
    expect(parseRuleList('status-500, slow-body:0.25')).toEqual([
      expect.objectContaining({ fault: 'status-500', probability: undefined }),
      expect.objectContaining({ fault: 'slow-body', probability: 0.25 }),
    ]);
    expect(() => parseRuleList('status-500:x')).toThrow('probability');
  });
});

describe('faults by script', () => {
  test('strike the requests that match, as often as told', () => {
    expect(struck(new Faults([{ fault: 'status-500' }], 1))).toHaveLength(10);
    expect(struck(new Faults([{ fault: 'status-500', times: 2 }], 1))).toEqual([1, 2]);
    expect(struck(new Faults([{ fault: 'status-500', match: { request: 4 } }], 1))).toEqual([4]);
    expect(struck(new Faults([{ fault: 'status-500', match: { request: [3, 5] } }], 1))).toEqual([3, 4, 5]);
    expect(struck(new Faults([{ fault: 'status-500', match: { every: 4 } }], 1))).toEqual([4, 8]);
    expect(struck(new Faults([{ fault: 'status-500', match: { page: 7 } }], 1))).toEqual([7]);
    expect(struck(new Faults([{ fault: 'status-500', match: { stream: 'visits' } }], 1))).toEqual([]);
  });

  test('count the requests of a stream where they name one', () => {
    const faults = new Faults([{ fault: 'status-500', match: { stream: 'visits', request: 2 } }], 1);
    expect(faults.strike(request(2, { stream: 'events' }))).toEqual([]);
    expect(faults.strike(request(9, { stream: 'visits', streamNumber: 2 }))).toHaveLength(1);
    expect(faults.struck).toEqual(new Map([['status-500', 1]]));
  });

  test('come with their parameters', () => {
    const faults = new Faults([{ fault: 'slow-body', with: { ms: 7 } }], 1);
    expect(faults.strike(request(1))[0]?.parameters).toEqual({ pieces: 20, ms: 7 });
  });
});

describe('faults by seed', () => {
  const rule = { fault: 'status-503', probability: 0.3 } as const;

  test('strike the same requests each time, about as often as told', () => {
    const first = struck(new Faults([rule], 5), 1000);
    expect(struck(new Faults([rule], 5), 1000)).toEqual(first);
    expect(struck(new Faults([rule], 6), 1000)).not.toEqual(first);
    expect(first.length).toBeGreaterThan(240);
    expect(first.length).toBeLessThan(360);
  });

  test('do not depend on the order in which pages are asked for, and a second try has its own luck', () => {
    const strikes = (pages: number[]): boolean[] => {
      const faults = new Faults([rule], 5);
      const found = new Map(pages.map((page, index) => [page, faults.strike(request(index + 1, { page })).length > 0]));
      return [1, 2, 3, 4, 5, 6, 7, 8].map((page) => found.get(page) === true);
    };
    expect(strikes([8, 7, 6, 5, 4, 3, 2, 1])).toEqual(strikes([1, 2, 3, 4, 5, 6, 7, 8]));
    const faults = new Faults([rule], 5);
    const tries = Array.from({ length: 40 }, (_, n) => faults.strike(request(n + 1, { page: 1 })).length > 0);
    expect(new Set(tries).size).toBe(2);
  });

  test('chaos is any of the faults that can be borne', () => {
    const faults = new Faults([{ fault: 'chaos' }], 3);
    for (let n = 1; n <= 600; n++) faults.strike(request(n));
    expect(new Set(faults.struck.keys())).toEqual(new Set(chaosFaults));
  });
});

describe('faults of walks', () => {
  test('make pages short or empty by their number', () => {
    const { sizeOf } = new Faults([{ fault: 'empty-page', match: { page: 3 } }], 1).layout('events', 10, 1);
    expect([1, 2, 3, 4].map((page) => sizeOf?.(page))).toEqual([10, 10, 0, 10]);
    const short = new Faults([{ fault: 'short-page', with: { share: 0.25 } }], 1).layout('events', 10, 1);
    expect([1, 2, 3, 4].map((page) => short.sizeOf?.(page))).toEqual([10, 2, 10, 2]);
  });

  test('or by seed, and leave the other stream alone', () => {
    const faults = new Faults([{ fault: 'empty-page', match: { stream: 'events' }, probability: 0.4 }], 1);
    const { sizeOf } = faults.layout('events', 10, 1);
    const sizes = Array.from({ length: 200 }, (_, index) => sizeOf?.(index + 1));
    expect(sizes.filter((size) => size === 0).length).toBeGreaterThan(50);
    expect(sizes.filter((size) => size === 0).length).toBeLessThan(110);
    expect(faults.layout('visits', 10, 1).sizeOf).toBeNull();
  });
});

test('docs/sandbox.md tells of every fault, its parameters, and whether it is of chaos', () => {
  const rows = readFileSync('docs/sandbox.md', 'utf8').matchAll(
    /^\| `([a-z0-9-]+)` +\| +(●?) +\|(?:.*\|)? ([^|]*) \|$/gm,
  );
  const told = [...rows].map(([, name = '', dot = '', parameters = '']) => ({
    name,
    chaos: dot === '●',
    parameters: [...parameters.matchAll(/`(\w+)`(?: from now)? \(/g)].map(([, parameter]) => parameter),
  }));
  const expected = [...faultKinds].map(([name, { chaos = false, parameters = {} }]) => ({
    name,
    chaos,
    parameters: Object.keys(parameters),
  }));
  expect(told).toEqual(expected);
});
