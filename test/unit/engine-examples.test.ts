import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelApiOptions, ModelRow } from '../support/model-api.js';
import { shownAs } from '../support/model-arbitraries.js';
import { play, type History, type PlannedSync } from '../support/model-history.js';

/*
 * Histories that once broke a promise, found by the model, by chance or by the independent API, and cut down by hand.
 * `play` checks the promises; what is expected here is that a history is what its name says.
 */

const SECOND = 1_000_000;

interface RowSpan {
  readonly visibleAt?: number;
  readonly deletedAt?: number;
}

function row(number: number, created: number, { visibleAt = created, deletedAt = Infinity }: RowSpan = {}): ModelRow {
  const id = `row-${String(number).padStart(4, '0')}`;
  return { id, created, shown: shownAs(created, 0), visibleAt, deletedAt };
}

function ties(count: number, created: number): ModelRow[] {
  return Array.from({ length: count }, (_, number) => row(number, created));
}

function server(rows: readonly ModelRow[], more: Partial<ModelApiOptions> = {}): ModelApiOptions {
  return {
    rows,
    cap: 2000,
    ignoresSort: false,
    shufflesTies: false,
    fixedSize: false,
    links: 'absolute',
    step: 1,
    ...more,
  };
}

const whole = (gap: number): PlannedSync => ({ gap, killAfter: null, fullTable: false });

function history(api: ModelApiOptions, syncs: readonly PlannedSync[], more: Partial<History> = {}): History {
  return { api, pageSize: 10, width: 4, lookbackSeconds: 600, syncs, ...more };
}

describe('histories that once broke a promise', () => {
  test('a group of equal times, many pages long, is no circle: ranges of other sizes share page numbers', async () => {
    const anyGroup = fc.record({
      size: fc.integer({ min: 1, max: 400 }),
      pageSize: fc.integer({ min: 8, max: 40 }),
      width: fc.integer({ min: 1, max: 8 }),
      links: fc.constantFrom('absolute' as const, 'pinned' as const, 'opaque' as const),
    });
    await fc.assert(
      fc.asyncProperty(anyGroup, async ({ size, pageSize, width, links }) => {
        const rows = [...ties(size, 5 * SECOND), row(size, 6 * SECOND)];
        const played = await play(history(server(rows, { links }), [whole(10 * SECOND)], { pageSize, width }));
        expect(played.times.size).toBe(size + 1);
      }),
      { numRuns: 300, examples: [[{ size: 200, pageSize: 30, width: 8, links: 'absolute' }]] },
    );
  });

  test('a row sent when its time was still to come becomes the bookmark of a later sync', async () => {
    const rows = [row(0, SECOND), row(1, 50 * SECOND, { visibleAt: 0 })];
    const played = await play(history(server(rows), [whole(10 * SECOND), whole(100 * SECOND)]));
    expect(played.times.size).toBe(2);
  });

  test('a failure before a window of links is read again: no state covers a row that moved up unseen', async () => {
    // Pages of one row, 10 ms a request. As row 1 goes, row 3 moves to the page that was read a moment ago.
    const began = 100 * SECOND;
    for (let goneAfter = 5_000; goneAfter < 120_000; goneAfter += 5_000) {
      const rows = [
        row(0, SECOND),
        row(1, 2 * SECOND, { deletedAt: began + goneAfter }),
        ...[2, 3, 4].map((number) => row(number, 2 * SECOND)),
        row(5, 3 * SECOND),
      ];
      for (let failAt = 2; failAt < 16; failAt++) {
        const failing: PlannedSync = { ...whole(began), failAt };
        const api = server(rows, { step: 10_000 });
        const played = await play(
          history(api, [failing, whole(SECOND)], { pageSize: 1, width: 1, lookbackSeconds: 0 }),
        );
        expect(played.times.size).toBeGreaterThanOrEqual(5);
      }
    }
  });
});
