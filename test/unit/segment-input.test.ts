import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject } from '../../src/base/json.js';
import { parseExactly } from '../../src/segment/input/exact-json.js';
import { readLines, type InputLine } from '../../src/segment/input/lines.js';
import { parseMessage, type Message } from '../../src/segment/input/messages.js';
import { compileRecordCheck } from '../../src/segment/input/stream-schema.js';

const forEver = new AbortController().signal;

async function linesOf(chunks: readonly (Buffer | string)[], longest?: number): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of readLines(Readable.from(chunks, { objectMode: false }), forEver, longest)) lines.push(line);
  return lines;
}

async function message(text: string, isWhole = true): Promise<Message | null> {
  return await parseMessage({ number: 12, text, isWhole });
}

describe('lines', () => {
  test('are the same however the bytes are cut', async () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme' }).filter((line) => !/[\n\uFEFF]/.test(line)),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let from = 0, n = 0; from < bytes.length; n++) {
          const size = cuts[n % cuts.length] ?? 1;
          chunks.push(bytes.subarray(from, from + size));
          from += size;
        }
        const read = await linesOf(chunks);
        expect(read.map((line) => line.text)).toEqual(lines.map((line) => Buffer.from(line).toString()));
        expect(read.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
      }),
      { numRuns: 60 },
    );
  });

  test('may be long, one after the other, and the last may lack its end', async () => {
    const long = 'é'.repeat(3_000_000);
    const bytes = Buffer.from(`a\n${long}\nb\n${long}\nend`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
      bytes.subarray(n * 65_536, (n + 1) * 65_536),
    );
    const read = await linesOf(chunks);
    expect(read.map((line) => line.text.length)).toEqual([1, 3_000_000, 1, 3_000_000, 3]);
    expect(read.every((line) => line.text === long || line.text.length < 4)).toBe(true);
    expect(read.map(({ isWhole }) => isWhole)).toEqual([true, true, true, true, false]);
  });

  test('lose the mark that some editors put before all', async () => {
    expect(await linesOf(['\uFEFF{}\n'])).toEqual([{ number: 1, text: '{}', isWhole: true }]);
  });

  test('are an error where they are too long, or no UTF-8', async () => {
    await expect(linesOf(['a\n', 'b'.repeat(600), 'b'.repeat(600)], 1024)).rejects.toThrow(
      /^Line 2 of the input is longer/,
    );
    await expect(linesOf([Buffer.from([0x61, 0x0a, 0xc3, 0x28, 0x0a])])).rejects.toThrow(
      'Line 2 of the input is not UTF-8',
    );
  });

  test('end quietly when told to, and the input with them', async () => {
    const stop = new AbortController();
    const input = Readable.from(['a\nb\n', 'c\n'], { objectMode: false });
    const read: string[] = [];
    for await (const { text } of readLines(input, stop.signal)) {
      read.push(text);
      stop.abort();
    }
    expect(read).toEqual(['a']);
    expect(input.destroyed).toBe(true);
  });
});

describe('messages', () => {
  test('are read, whatever the case of their type', async () => {
    const schema = { type: 'object', properties: {} };
    expect(await message(JSON.stringify({ type: 'schema', stream: 's', schema, key_properties: [] }))).toEqual({
      ...{ type: 'SCHEMA', stream: 's', schema },
    });
    expect(
      await message('{"type":"RECORD","stream":"s","record":{"a":1},"time_extracted":"2026-01-01T00:00:00Z"}'),
    ).toEqual({
      ...{ type: 'RECORD', stream: 's', record: { a: 1 }, exact: { a: 1 }, timeExtracted: '2026-01-01T00:00:00Z' },
    });
    expect(await message('{"type":"STATE","value":{"a":[1]}}')).toEqual({ type: 'STATE', text: '{"a":[1]}' });
    expect(await message('{"type":"STATE","value":null}')).toEqual({ type: 'STATE', text: 'null' });
  });

  test.each(['', '  ', '\r', '{"type":"ACTIVATE_VERSION","stream":"s","version":1}'])(
    '%j asks for nothing',
    async (text) => {
      expect(await message(text)).toBeNull();
    },
  );

  test.each([
    ['{"type":"RECORD"', true, 'is not valid JSON'],
    ['{"type":"RECORD"', false, 'ends in the middle: the tap was cut off there'],
    ['[1]', true, 'is no JSON object: it is no Singer message'],
    ['hello', true, 'is not valid JSON'],
    ['{"stream":"s"}', true, 'has no "type": it is no Singer message'],
    ['{"type":"LOG","message":"x"}', true, 'has the type "LOG", which is no Singer message'],
    ['{"type":"BATCH","stream":"s"}', true, 'is a BATCH, which this target does not read'],
    ['{"type":"RECORD","record":{}}', true, 'is a RECORD without the name of its "stream"'],
    ['{"type":"RECORD","stream":"s","record":[1]}', true, 'is a RECORD whose "record" is no object'],
    ['{"type":"SCHEMA","stream":"s"}', true, 'is a SCHEMA whose "schema" is no object'],
    ['{"type":"STATE"}', true, 'is a STATE without "value"'],
  ])('%s (whole: %s) is an error that names the line', async (text, isWhole, what) => {
    await expect(message(text, isWhole)).rejects.toThrow(`Line 12 of the input ${what}`);
  });

  test('tell nothing of a line that is wrong: it holds people’s data', async () => {
    for (const text of [
      '{"type":"RECORD","record":{"email":"ada@example.com"x}}',
      '{"type":"STATE","x":"ada@example.com"}',
    ]) {
      const error: unknown = await message(text).catch((thrown: unknown) => thrown);
      expect(String(error)).not.toContain('ada');
    }
  });

  test('lose NUL and lone surrogates, which no database holds', async () => {
    const read = await message(String.raw`{"type":"RECORD","stream":"s","record":{"a":"x\u0000\ud800y\ud83d\ude00"}}`);
    expect(read).toMatchObject({ record: { a: 'x\uFFFD\uFFFDy😀' } });
  });
});

describe('long numbers', () => {
  test('keep every digit, as text; all others stay numbers', async () => {
    const read = await message(
      '{"type":"RECORD","stream":"s","record":{"id":12345678901234567890,"n":9007199254740991,"t":"12345678901234567890"}}',
    );
    expect(read).toMatchObject({
      record: { id: 12345678901234567000 },
      exact: { id: '12345678901234567890', n: 9007199254740991, t: '12345678901234567890' },
    });
  });

  test('keep every digit in a STATE, as numbers', async () => {
    const value = '{"bookmarks":{"s":{"id":12345678901234567890,"a":1.00000000000000000001}}}';
    expect(await message(`{"type":"STATE","value":${value}}`)).toEqual({ type: 'STATE', text: value });
  });

  test('parseExactly reads any JSON as JSON.parse does, but for them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ noUnicodeString: false }), fc.bigInt(), async (json, big) => {
        const exact = await parseExactly(`{"a":${json},"b":[${big.toString()}, -${(2n ** 60n).toString()}]}`);
        expect(isJsonObject(exact) ? exact['b'] : null).toEqual([
          Number.isSafeInteger(Number(big)) ? Number(big) : big.toString(),
          `-${(2n ** 60n).toString()}`,
        ]);
        const longNumber = /\d{16}/.test(json);
        if (!longNumber) expect(isJsonObject(exact) ? exact['a'] : null).toEqual(JSON.parse(json));
      }),
    );
  });

  test('are not looked for inside of strings, escaped quotes and all', async () => {
    const value = { 'a\\"b': 'x" : 12345678901234567890 \\', c: '\\\\"', d: 1.5e300 };
    expect(await parseExactly(JSON.stringify(value))).toEqual(value);
    expect(await parseExactly('{"__proto__":{"a":1},"a":1,"a":-0}')).toEqual(
      JSON.parse('{"__proto__":{"a":1},"a":-0}'),
    );
    expect(await parseExactly('[0.12345678901234567890, 1e30, 12345678901234567890.5]')).toEqual([
      0.12345678901234568, 1e30, 12345678901234567000,
    ]);
  });
});

describe('the check of records', () => {
  test('tells what is wrong and where, and no value', () => {
    const check = compileRecordCheck({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'integer' },
        at: { type: ['string', 'null'], format: 'date-time' },
        tags: { items: { type: 'string' } },
      },
    });
    expect(check({ id: 1, at: null, tags: ['a'], more: 1 })).toBeNull();
    expect(check({ id: '1' })).toBe('id must be integer');
    expect(check({})).toBe('id is missing');
    expect(check({ id: 1, tags: ['a', 2] })).toBe('tags[1] must be string');
    expect(check({ id: 1, at: 'secret' })).toMatch(/^at must match format/);
  });

  test.each(['2026-01-02T03:04:05Z', '2026-01-02 03:04:05', '2026-01-02T03:04:05.123456789+02:00'])(
    'takes %s for a time, as SQL targets do',
    (at) => {
      expect(compileRecordCheck({ properties: { at: { type: 'string', format: 'date-time' } } })({ at })).toBeNull();
    },
  );

  test('knows no other format, and finds no fault with the decimals of some taps', () => {
    const check = compileRecordCheck({
      properties: { id: { type: 'string', format: 'singer.decimal' }, n: { type: 'number', multipleOf: 1e-9 } },
    });
    expect(check({ id: 'x', n: 0.1 + 0.2 })).toBeNull();
  });

  test('refuses a schema that is none', () => {
    expect(() => compileRecordCheck({ properties: { id: { type: 'text' } } })).toThrow(
      'has a schema that cannot be used',
    );
  });
});
