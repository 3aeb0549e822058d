import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ByteWriter } from '../../src/sandbox/byte-writer.js';
import { Clock } from '../../src/sandbox/clock.js';
import { numberOfUuid, uuid, writeUuid } from '../../src/sandbox/ids.js';
import { cutMicros, formatEpoch, formatMicros, parseEpoch, parseMicros } from '../../src/sandbox/micros.js';
import { mix32, unmix32 } from '../../src/sandbox/random.js';
import { TimeWriter } from '../../src/sandbox/time-writer.js';

const micros = fc.integer({ min: 0, max: 4_000_000_000_000_000 });

describe('microseconds', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2024-10-02T05:54:22.295174Z', 1_727_848_462_295_174],
    ['2024-10-01T23:54:22.295174-06:00', 1_727_848_462_295_174],
    ['2024-10-02T11:24:22.295174+05:30', 1_727_848_462_295_174],
    ['2024-10-02T05:54:22.295174999Z', 1_727_848_462_295_174],
    ['2024-10-02T05:54:22.3Z', 1_727_848_462_300_000],
    ['2024-10-02T05:54:22', 1_727_848_462_000_000],
    ['2024-10-02', 1_727_827_200_000_000],
  ])('of %s', (text, expected) => {
    expect(parseMicros(text)).toBe(expected);
  });

  test.each(['', 'soon', '2024-02-30T00:00:00Z', '2024-10-02T05:54:22 05:30', 5, null])(
    'of %p there are none',
    (text) => {
      expect(parseMicros(text)).toBeNull();
    },
  );

  test('survive being written, in each offset', () => {
    fc.assert(
      fc.property(micros, fc.constantFrom(0, -360, 330), (at, offset) => {
        expect(parseMicros(formatMicros(at, { digits: 6, offset }))).toBe(at);
        expect(parseEpoch(formatEpoch(at))).toBe(at);
      }),
    );
  });

  test('are written the same by the quick writer', () => {
    const writer = new TimeWriter();
    const out = new ByteWriter();
    fc.assert(
      fc.property(micros, fc.constantFrom(0, -360, 330), fc.constantFrom(0, 3, 6), (at, offset, digits) => {
        writer.write(out, at, { digits, offset });
        expect(out.take().toString()).toBe(formatMicros(at, { digits, offset }));
      }),
    );
  });

  test.each([
    ['1727848462.295174', 1_727_848_462_295_174],
    ['1727848462.2951741', 1_727_848_462_295_175],
    ['1727848462.29517400', 1_727_848_462_295_174],
    ['1727848462', 1_727_848_462_000_000],
    ['1.727848462e9', 1_727_848_462_000_000],
  ])('of base_timestamp %s, rounded up', (text, expected) => {
    expect(parseEpoch(text)).toBe(expected);
  });

  test.each(['', 'x', '-1', 'NaN', '1e99', ' '])('base_timestamp %p is none', (text) => {
    expect(parseEpoch(text)).toBeNull();
  });

  test('can be cut to fewer digits', () => {
    expect(cutMicros(1_234_567, 6)).toBe(1_234_567);
    expect(cutMicros(1_234_567, 3)).toBe(1_234_000);
    expect(cutMicros(1_234_567, 0)).toBe(1_000_000);
  });
});

test('the clock never stands still', () => {
  const clock = new Clock(() => 5);
  expect([clock.now(), clock.now(), clock.now()]).toEqual([5000, 5001, 5002]);
});

describe('ids', () => {
  const out = new ByteWriter();

  test('tell their number, and only to the seed that made them', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(100), fc.nat(2e9), (seed, purpose, n) => {
        expect(numberOfUuid(seed, purpose, uuid(seed, purpose, n))).toBe(n);
        writeUuid(out, seed, purpose, n);
        expect(out.take().toString()).toBe(uuid(seed, purpose, n));
        expect(numberOfUuid(seed + 1, purpose, uuid(seed, purpose, n))).toBeUndefined();
      }),
    );
    expect(numberOfUuid(1, 1, 'no id')).toBeUndefined();
  });

  test('mix32 can be undone', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (n) => unmix32(mix32(n)) === n));
  });
});
