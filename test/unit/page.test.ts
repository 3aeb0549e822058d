import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Page } from '../../src/circle/page.js';
import { PageReader } from '../../src/circle/page-reader.js';
import { idsOf } from '../../src/circle/sighting.js';

const asIs = { check: null, apply: null, readsLetters: false, names: false, guide: null };
const changed = {
  check: null,
  apply: (row: object) => ({ ...row, more: 1 }),
  readsLetters: false,
  names: false,
  guide: null,
};

function pageOf(body: string | Buffer, view: typeof asIs | typeof changed = asIs): Page {
  return new PageReader().read(Buffer.from(body), view);
}

function texts(page: Page): string[] {
  const { records, offsets } = page;
  return idsOf(page.sighting).map((_, index) => records.toString('utf8', offsets[2 * index], offsets[2 * index + 1]));
}

/** A key of an answer is looked for by its letters: of `events` spelled with escapes nothing is expected. */
function unescaped(key: string): string {
  return key.replace(/\\u00(..)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

describe('a page', () => {
  test("hands on each row's own text, for any JSON and any white space", () => {
    const row = fc.record({ id: fc.uuid(), created_at: fc.string(), payload: fc.jsonValue() });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 130 }),
        fc.constantFrom(undefined, 1),
        fc.boolean(),
        (rows, indent, first) => {
          const pagination = { next_page_uri: '{"events":[{]' };
          const answer = first ? { pagination, events: rows } : { events: rows, pagination };
          const page = pageOf(JSON.stringify(answer, null, indent));
          expect(idsOf(page.sighting)).toEqual(rows.map(({ id }) => id));
          expect(page.nextPageUri).toBe(pagination.next_page_uri);
          const wanted = rows.map(
            (value) => JSON.parse(JSON.stringify(value).replaceAll(String.raw`\u0000`, '\uFFFD')) as unknown,
          );
          expect(texts(page).map((text) => JSON.parse(text) as unknown)).toEqual(wanted);
          for (const text of texts(page)) expect(text).not.toMatch(/[\n\r]/);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('prints rows anew with the letters that they have, however these are spelled', () => {
    const letters = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom(
        'zoë',
        '&',
        '<',
        '\u007f',
        '\u0080',
        '\u00ff',
        '\u0100',
        '\u2028',
        '\ud83d\ude00',
        '\\u00e9',
        '\\',
        '\u0001',
      ),
    );
    const row = fc.record({ id: fc.uuid(), a: letters, b: fc.array(letters, { maxLength: 3 }) });
    // Which of the letters are spelled as escapes: those that are, and as they are written by Rails, say, and all.
    const spelling = fc.constantFrom(
      /[^\s\S]/g,
      /[&<>]/g,
      /[\u0080-\uffff]/g,
      /[\u0080-\u00ff]/g,
      /[&a-z\u0080-\uffff]/g,
    );
    const escaped = (value: unknown, which: RegExp): string =>
      JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
        string.replace(/\\u....|\\.|[^]/g, (unit) =>
          unit.length === 1 && unit.match(which) !== null
            ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
            : unit,
        ),
      );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), spelling, (rows, which) => {
        const page = pageOf(
          escaped({ events: rows, pagination: {} }, which).replace(/"[^"]*"(?=:)/g, unescaped),
          changed,
        );
        const wanted = JSON.stringify(rows.map((value) => ({ ...value, more: 1 }))).replaceAll(
          String.raw`\u0000`,
          '\uFFFD',
        );
        expect(texts(page).map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(wanted));
      }),
      { numRuns: 500 },
    );
  });

  const numbers = ['9007199254740993', '18446744073709551616', '0.1234567890123456789', '1e400', '-0', '1E5', '12.50'];

  test.each(numbers)('keeps the digits of %s, passed on and printed anew', (number) => {
    const body = `{"events":[{"id":"a","n":${number},"text":"n: ${number}"}],"pagination":{}}`;
    expect(texts(pageOf(body))).toEqual([`{"id":"a","n":${number},"text":"n: ${number}"}`]);
    const [printed = ''] = texts(pageOf(body, changed));
    const [, digits = ''] = /"n":([^,]+),/.exec(printed) ?? [];
    const isHeldByDouble = Number.isFinite(Number(number)) && Number(digits) === Number(number);
    // A number that a double holds may be spelled in another way; the others may not.
    if (['-0', '1E5', '12.50'].includes(number)) expect(isHeldByDouble).toBe(true);
    else expect(digits).toBe(number);
  });

  test('keeps __proto__ as an ordinary key, and the last of equal keys', () => {
    const body = '{"events":[{"id":"first","__proto__":{"x":1},"id":"last"}]}';
    expect(idsOf(pageOf(body).sighting)).toEqual(['last']);
    expect(texts(pageOf(body))).toEqual(['{"id":"first","__proto__":{"x":1},"id":"last"}']);
  });

  test('replaces broken UTF-8 and NUL, and counts', () => {
    const body = Buffer.concat([
      Buffer.from('{"events":[{"id":"a","t":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('\\u0000"}]}'),
    ]);
    const page = pageOf(body);
    expect(texts(page)).toEqual(['{"id":"a","t":"\uFFFD(\uFFFD"}']);
    expect([...page.replaced]).toEqual([[0, 1]]);
  });

  test('takes a nesting of 10,000', () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    expect(texts(pageOf(`{"events":[{"id":"a","deep":${deep}}]}`))[0]).toHaveLength(deep.length + 18);
  });

  test.each([
    ['', /empty/],
    ['<html>', /not JSON.*<html>/],
    ['{"events":[{"id":"a"},{"id":"b"', /not JSON|cut/],
    ['{"events":[{"id":"a"}', /not JSON|cut/],
    ['{"events":[{"id":"a"}],', /not JSON|cut/],
    ['{"events":[{"id":"a"} {"id":"b"}]}', /not JSON|cut/],
    ['{"events":[{"id":"a"},]}', /not JSON|list/],
    ['{}', /no `events` list/],
    ['{"events":null}', /no `events` list/],
    ['{"events":{}}', /no `events` list/],
    ['[]', /not a JSON object/],
    ['{"events":[1]}', /list of objects/],
    ['{"events":[{"id":"a"},null]}', /list of objects/],
    ['{"events":[{}]}', /no id/],
    ['{"events":[{"id":null}]}', /no id/],
    ['{"events":[],"pagination":{"next_page_uri":5}}', /next_page_uri/],
    ['{"status":"unauthorized","message":"Your account could not be authenticated."}', /no `events` list/],
  ])('%p is none', (body, why) => {
    expect(() => pageOf(body)).toThrow(why);
  });

  test.each([
    '{"events":[]}',
    '{"events":[],"pagination":null}',
    '{"events":[],"pagination":{"next_page_uri":null}}',
    '\uFEFF{"events":[]}',
  ])('%p is an empty last page', (body) =>
    expect([pageOf(body).sighting.count, pageOf(body).nextPageUri]).toEqual([0, null]),
  );
});
