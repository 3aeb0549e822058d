import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Agenda } from '../../src/sandbox/agenda.js';
import { spanOf } from '../../src/sandbox/layout.js';
import { Timeline, type TieOrder } from '../../src/sandbox/timeline.js';

/** Rows with few different times, so that most share one; ids without order. */
function rowsOf(times: number[]) {
  return {
    get length() {
      return times.length;
    },
    created: (n: number) => times[n] ?? 0,
    compareIds: (a: number, b: number) => idOf(a) - idOf(b),
  };
}

function idOf(n: number): number {
  return (n * 7919) % 1009;
}

const base = fc.array(fc.nat(6), { maxLength: 40 }).map((times) => times.sort((a, b) => a - b));
const change = fc.record({
  kind: fc.constantFrom('add' as const, 'hide' as const, 'show' as const),
  times: fc.array(fc.nat(6), { maxLength: 4 }),
  picks: fc.array(fc.nat(60), { maxLength: 6 }),
});

describe('Timeline', () => {
  test.each<TieOrder>(['id', 'insertion-descending'])('is a sorted list, whatever came and went (ties: %s)', (ties) => {
    fc.assert(
      fc.property(base, fc.array(change, { maxLength: 8 }), (start, changes) => {
        const times = [...start];
        const rows = rowsOf(times);
        const timeline = new Timeline(rows, ties);
        const visible = new Set(times.keys());
        for (const { kind, times: more, picks } of changes) {
          if (kind === 'add') {
            const fresh = more.map((time) => times.push(time) - 1);
            timeline.show(fresh);
            for (const n of fresh) visible.add(n);
            continue;
          }
          const numbers = picks.filter((n) => n < times.length);
          for (const n of numbers) {
            if (kind === 'hide') visible.delete(n);
            else visible.add(n);
          }
          if (kind === 'hide') timeline.hide(numbers);
          else timeline.show(numbers);
        }
        const tie = (a: number, b: number): number => (ties === 'id' ? (idOf(a) < idOf(b) ? -1 : 1) : b - a);
        const expected = [...visible].sort((a, b) => rows.created(a) - rows.created(b) || tie(a, b));
        expect(timeline.size).toBe(expected.length);
        expect(timeline.slice(0, timeline.size)).toEqual(expected);
        for (let from = 0; from <= expected.length; from += 3) {
          expect(timeline.slice(from, from + 5)).toEqual(expected.slice(from, from + 5));
        }
        for (let at = -1; at <= 7; at++) {
          expect(timeline.countUpTo(at)).toBe(expected.filter((n) => rows.created(n) <= at).length);
        }
        expect([...times.keys()].filter((n) => timeline.isVisible(n))).toEqual([...visible].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });
});

describe('spanOf', () => {
  test('pages of any sizes lie one after the other, without gap or overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }), (sizes) => {
        const layout = { perPage: 5, sizeOf: (page: number) => sizes[page - 1] ?? 5 };
        let from = 0;
        for (const [index, size] of sizes.entries()) {
          expect(spanOf(layout, index + 1, 1000)).toEqual({ from, to: from + size });
          from += size;
        }
      }),
    );
    expect(spanOf({ perPage: 7, sizeOf: null }, 1_000_000, 10)).toEqual({ from: 6_999_993, to: 7_000_000 });
  });
});

describe('Agenda', () => {
  test('hands out what is due, in order, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (values) => {
        const agenda = new Agenda<number>();
        values.forEach((at, index) => agenda.add(at, index));
        const sorted = values.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at);
        expect(agenda.due(10)).toEqual(sorted.filter(({ at }) => at <= 10).map(({ index }) => index));
        expect(agenda.due(10)).toEqual([]);
        expect(agenda.due(20)).toEqual(sorted.filter(({ at }) => at > 10).map(({ index }) => index));
      }),
    );
  });
});
