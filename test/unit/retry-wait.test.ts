import { describe, expect, test } from '@jest/globals';
import { growingWait, hintedWait, retryAfterMillis } from '../../src/base/retry-wait.js';

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 25, 12, 0, 0);

  test.each([
    ['3', 3000],
    ['0', 0],
    ['0.5', 500],
    [' 1.5 ', 1500],
    ['Wed, 25 Nov 2026 12:00:30 GMT', 30_000],
    ['Wed, 25 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-3', null],
    ['in 5', null],
    ['2026-11-25T12:00:30Z', 30_000],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%p is %p ms', (value, millis) => {
    expect(retryAfterMillis(value, now)).toBe(millis);
  });
});

describe('waits', () => {
  test('double from half a second to the longest, each between half and the whole', () => {
    const waits = (random: number): number[] =>
      [1, 2, 3, 7, 20].map((attempts) => growingWait(attempts, 30_000, random));
    expect(waits(1)).toEqual([500, 1000, 2000, 30_000, 30_000]);
    expect(waits(0)).toEqual([250, 500, 1000, 15_000, 15_000]);
  });

  test('are never shorter than the hint, nor capped', () => {
    expect(hintedWait(90_000, 0)).toBe(90_000);
    expect(hintedWait(90_000, 1)).toBe(90_250);
  });
});
