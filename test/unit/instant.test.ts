import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatInstant,
  fractionDigits,
  instantOfMillis,
  millisOfInstant,
  minusSeconds,
  parseInstant,
  tickBefore,
} from '../../src/base/instant.js';

/** A moment as nanoseconds, written in any offset and precision; computed with BigInt, apart from the code under test. */
const written = fc
  .record({
    seconds: fc.integer({ min: Date.UTC(1970, 0, 2) / 1000, max: Date.UTC(2199, 11, 30) / 1000 }),
    fraction: fc.oneof(fc.constant(''), fc.stringMatching(/^\d{1,9}$/)),
    offset: fc.constantFrom(0, 0, 330, -360, 840, -570, 1),
    utc: fc.constantFrom('Z', 'z', ' UTC', '+00:00', ''),
    separator: fc.constantFrom('T', ' ', 't'),
  })
  .map(({ seconds, fraction, offset, utc, separator }) => {
    const wall = new Date((seconds + offset * 60) * 1000).toISOString().slice(0, 19).replace('T', separator);
    const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
    const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
    return {
      text: wall + (fraction === '' ? '' : `.${fraction}`) + (offset === 0 ? utc : zone),
      nanos: BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0') || 0),
      digits: fraction.length,
    };
  });

function nanosOf(text: string): bigint {
  const [wall = '', fraction = ''] = text.replace(/Z$/, '').split('.');
  return BigInt(Date.parse(`${wall}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0') || 0);
}

describe('instants', () => {
  test('compare as the moments that they are, whatever offset and precision they were written in', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [x, y] = [parseInstant(a.text), parseInstant(b.text)];
        if (x === null || y === null) throw new Error(`not read: ${a.text} or ${b.text}`);
        expect(x < y).toBe(a.nanos < b.nanos);
        expect(x === y).toBe(a.nanos === b.nanos);
        expect(nanosOf(formatInstant(x))).toBe(a.nanos);
      }),
      { numRuns: 2000 },
    );
  });

  test('the tick before is one unit of the precision shown', () => {
    fc.assert(
      fc.property(written, ({ text, nanos, digits }) => {
        const at = parseInstant(text);
        if (at === null) throw new Error(`not read: ${text}`);
        expect(fractionDigits(text)).toBe(digits);
        expect(nanosOf(tickBefore(at, digits))).toBe(nanos - 10n ** BigInt(9 - digits));
        expect(nanosOf(formatInstant(minusSeconds(at, 600)))).toBe(nanos - 600_000_000_000n);
      }),
      { numRuns: 1000 },
    );
  });

  test('milliseconds go both ways', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2199, 0, 1) }), (millis) => {
        expect(millisOfInstant(instantOfMillis(millis))).toBe(millis);
      }),
    );
  });

  test.each([
    '',
    'soon',
    '2024-02-30T00:00:00Z',
    '2023-02-29',
    '2024-13-01',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:00+',
    '0000-00-00T00:00:00Z',
    '+012024-01-01T00:00:00Z',
    '9999-12-31T23:59:59-10:00',
    `2024-01-01T00:00:00.${'1'.repeat(100)}Z`,
    null,
    undefined,
    1704067200,
    {},
  ])('%p is no timestamp', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test.each([
    ['2024-01-01', '2024-01-01T00:00:00Z'],
    ['2024-02-29T12:00:00.500000Z', '2024-02-29T12:00:00.5Z'],
    ['2024-01-01T00:30:00+07:00', '2023-12-31T17:30:00Z'],
    ['2024-09-03 16:20:19 UTC', '2024-09-03T16:20:19Z'],
    ['2024-03-10T02:30:00-0500', '2024-03-10T07:30:00Z'],
    ['2024-12-31T23:59:59.999999999Z', '2024-12-31T23:59:59.999999999Z'],
  ])('%p is %p', (text, utc) => {
    const at = parseInstant(text);
    expect(at === null ? null : formatInstant(at)).toBe(utc);
  });
});
