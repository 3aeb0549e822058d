import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanJson } from '../../src/base/json-text.js';
import { Redactor } from '../../src/base/redactor.js';
import { serverMessage } from '../../src/circle/errors.js';

describe('the redactor', () => {
  test('leaves no form of a secret: raw, URL-encoded, escaped, in base64 wherever it begins', () => {
    const secret = fc
      .string({ minLength: 8, maxLength: 40 })
      .filter((text) => text.trim().length >= 8 && text === text.trim());
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (token, before, after) => {
        const redactor = new Redactor([token]);
        for (const leak of [
          token,
          encodeURIComponent(token),
          JSON.stringify(token),
          new URLSearchParams({ token }).toString(),
          Buffer.from(token).toString('base64'),
        ]) {
          const cleaned = redactor.clean(`${before}${leak}${after}`);
          expect(cleaned).not.toContain(token);
          expect(cleaned).toContain('[redacted]');
        }
        // As a part of a longer base64 text, all but its first and last characters, which mix with the neighbours.
        const whole = Buffer.from(`${before}${token}${after}`).toString('base64');
        expect(redactor.clean(whole)).toContain('[redacted]');
      }),
    );
  });

  test('takes no part in ordinary words', () => {
    expect(new Redactor(['', 'abc']).clean('abc of things')).toBe('abc of things');
  });
});

describe('JSON for one line of a pipe', () => {
  test('keeps every value, except that NUL and lone surrogates become U+FFFD', () => {
    const odd = fc.constantFrom(
      '\0',
      '\ud83d',
      '\udc00',
      '\u2028',
      '\u2029',
      '\u0085',
      '\ud83d\ude00',
      '\\u0000',
      '\\',
      '"',
      '\n',
      'é',
    );
    const text = fc.array(fc.oneof(odd, fc.string({ maxLength: 3 })), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.dictionary(text, text), fc.constantFrom(undefined, 2), (value, indent) => {
        const expected = (part: string): string => part.toWellFormed().replaceAll('\0', '\uFFFD');
        const wanted = Object.fromEntries(Object.entries(value).map(([key, part]) => [expected(key), expected(part)]));
        const { text: line } = cleanJson(JSON.stringify(value, null, indent));
        expect(JSON.parse(line)).toEqual(wanted);
        expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
        expect(line.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('counts what it replaced, and leaves escaped surrogate pairs alone', () => {
    expect(cleanJson(String.raw`{"a":"\u0000\ud83d\ude00\udc00"}`)).toEqual({
      text: String.raw`{"a":"${'\uFFFD'}\ud83d\ude00${'\uFFFD'}"}`,
      replaced: 2,
    });
    expect(cleanJson(String.raw`{"a":"\\u0000"}`)).toEqual({ text: String.raw`{"a":"\\u0000"}`, replaced: 0 });
  });
});

describe("the server's own words", () => {
  test.each([
    ['{"success":false,"message":"The API token is invalid.","error_details":{}}', 'The API token is invalid.'],
    ['{"message":"Oops!","error_details":{"message":"No such page"}}', 'Oops! No such page'],
    ['{"errors":"Bad status","error_details":null}', 'Bad status'],
    ['{"error_details":[]}', ''],
    ['<html><head><title>502 Bad\n Gateway</title></head></html>', '502 Bad Gateway'],
    ['Retry later\n', 'Retry later'],
    ['', ''],
  ])('%p', (body, words) => {
    expect(serverMessage(body)).toBe(words);
  });
});
