import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { counted, grouped } from '../../src/base/counted.js';

test('numbers are grouped as the language has it', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (number) => {
      expect(grouped(number)).toBe(number.toLocaleString('en'));
    }),
  );
});

test.each([
  [0, 'row', '0 rows'],
  [1, 'retry', '1 retry'],
  [2, 'retry', '2 retries'],
  [1000, 'page', '1,000 pages'],
])('%d of %s is %s', (count, noun, text) => expect(counted(count, noun)).toBe(text));
