import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextPageUrl } from '../../src/circle/next-page.js';
import { firstRange, nextRange, rangesFrom, SMALLEST_RANGED_PAGE } from '../../src/circle/ranges.js';
import { waitBeforeRetry } from '../../src/circle/retry.js';

describe('ranges', () => {
  test('overlap by two rows at least, go on, and are never larger than a page', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: SMALLEST_RANGED_PAGE, max: 2000 }),
        fc.integer({ min: 1, max: 200 }),
        (size, count) => {
          let end = size;
          for (const range of rangesFrom(firstRange(size), count, size).slice(1)) {
            expect(range.start).toBe((range.page - 1) * range.perPage);
            expect(range.perPage).toBeLessThanOrEqual(size);
            expect(end - range.start).toBeGreaterThanOrEqual(2);
            expect(range.start + range.perPage - end).toBeGreaterThanOrEqual(size / 2);
            end = range.start + range.perPage;
          }
        },
      ),
    );
  });

  test('there are none for pages that are too small to overlap', () => {
    expect(nextRange(5, 5)).toBeNull();
    expect(nextRange(0, 2000)).toBeNull();
  });

  test('four pages of 2,000 bring nearly 8,000 rows', () => {
    const last = rangesFrom(firstRange(2000), 4, 2000).at(-1);
    expect((last?.start ?? 0) + (last?.perPage ?? 0)).toBeGreaterThan(7950);
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
