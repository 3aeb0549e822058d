import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pageUrl } from '../../src/circle/endpoint.js';
import { nextPageUrl } from '../../src/circle/next-page.js';
import { nextRange, SHARED_ROWS, SMALLEST_RANGED_PAGE } from '../../src/circle/ranges.js';
import { waitBeforeRetry } from '../../src/circle/retry.js';

test('a page is asked for at the origin, whatever the path is', () => {
  const view = { check: null, apply: null, readsLetters: false, names: false, guide: null };
  const odd = fc.string({ unit: fc.constantFrom('/', '\\', '@', ':', '.', 'a', '%2f', '\t', '?', '#') });
  fc.assert(
    fc.property(odd, (path) => {
      const endpoint = { stream: 'events', path: `/${path}`, pathSetting: 'events_path', eventNames: [], view };
      const { origin, username } = pageUrl('https://api.test:8443', endpoint, { page: 1, perPage: 1 });
      expect([origin, username]).toEqual(['https://api.test:8443', '']);
    }),
  );
});

describe('ranges', () => {
  test('overlap, go on, and are never larger than a page, wherever the rows known so far end', () => {
    const anyPlace = fc.record({
      size: fc.integer({ min: SMALLEST_RANGED_PAGE, max: 2000 }),
      end: fc.nat(100_000),
      shared: fc.integer({ min: SHARED_ROWS, max: 20 }),
    });
    fc.assert(
      fc.property(anyPlace, ({ size, end, shared }) => {
        const range = nextRange(end, size, shared);
        if (end < shared) return range === null;
        // Deep page numbers leave too little choice.
        if (range === null) return shared > size / 4 || end > size * (size / 8);
        expect(range.start).toBe((range.page - 1) * range.perPage);
        expect(range.perPage).toBeLessThanOrEqual(size);
        expect(end - range.start).toBeGreaterThanOrEqual(shared);
        expect(range.start + range.perPage - end).toBeGreaterThanOrEqual(size / 4);
        return true;
      }),
    );
  });

  test('by places alone, a hundred pages deep, still bring three quarters of a page each on the average', () => {
    let end = 200;
    let deepest = 0;
    for (let count = 0; count < 100; count++) {
      const range = nextRange(end, 200, SHARED_ROWS);
      end = (range?.start ?? 0) + (range?.perPage ?? 0);
      deepest = range?.page ?? 0;
    }
    expect(end).toBeGreaterThan(100 * 150);
    expect(deepest).toBeLessThan(130);
  });

  test('there are none for pages that are too small to overlap', () => {
    expect(nextRange(5, 5, SHARED_ROWS)).toBeNull();
    expect(nextRange(0, 2000, SHARED_ROWS)).toBeNull();
  });
});

describe('the next page', () => {
  const asked = new URL(
    'https://app.circle.so/api/events?sort=oldest&per_page=50&page=3&created_at_gt=2024-01-01T00:00:00Z&events[]=a&events[]=b',
  );
  const request = { method: 'GET', path: '/api/events' };
  const next = (uri: string): URLSearchParams => nextPageUrl(uri, asked, request).searchParams;

  test.each([
    ['absolute', 'https://app.circle.so/api/events?page=4&base_timestamp=1727848462.295174'],
    ['relative', '/api/events?page=4&base_timestamp=1727848462.295174'],
    ['with other ideas on what was asked', '?page=4&sort=latest&per_page=10&events=x&base_timestamp=1727848462.295174'],
  ])('%s: what was asked is kept, what the server added as well', (_name, uri) => {
    const query = next(uri);
    expect(Object.fromEntries(query)).toMatchObject({
      page: '4',
      sort: 'oldest',
      per_page: '50',
      created_at_gt: '2024-01-01T00:00:00Z',
      base_timestamp: '1727848462.295174',
    });
    expect(query.getAll('events[]')).toEqual(['a', 'b']);
    expect(query.has('events')).toBe(false);
  });

  test('without any parameter it is the page after, with an unknown one it is left to the server', () => {
    expect(next('/api/events').get('page')).toBe('4');
    expect(next('/api/events?cursor=abc').get('page')).toBeNull();
  });

  test.each([
    'https://evil.example/api/events?page=4',
    '//evil.example/x',
    'http://app.circle.so/api/events',
    'https://app.circle.so:444/',
  ])('of another origin is refused: %s', (uri) => expect(() => next(uri)).toThrow(/another origin/));
});

describe('waiting before another attempt', () => {
  test("the server's hint is never cut short, a bare 429 waits a minute, others grow to a minute", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const at = { attempt, serverNow: 0 };
        expect(waitBeforeRetry({ ...at, status: 503, retryAfter: '7' }, random)).toBeGreaterThanOrEqual(7000);
        expect(waitBeforeRetry({ ...at, status: 429, retryAfter: undefined }, random)).toBeGreaterThanOrEqual(60_000);
        const wait = waitBeforeRetry({ ...at, status: 500, retryAfter: undefined }, random);
        const full = Math.min(60_000, 500 * 2 ** (attempt - 1));
        expect(wait).toBeGreaterThanOrEqual(full / 2);
        expect(wait).toBeLessThanOrEqual(full);
      }),
    );
  });
});
