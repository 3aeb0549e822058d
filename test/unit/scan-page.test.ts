import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isJsonObject, type JsonObject } from '../../src/base/json.js';
import type { Page, RowView } from '../../src/circle/page.js';
import { PageReader } from '../../src/circle/page-reader.js';
import { guideOf, type RowGuide } from '../../src/circle/row-guide.js';
import { scanPage } from '../../src/circle/scan-page.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { compileSchema } from '../../src/sync/compile-schema.js';
import { everyStream } from '../../src/sync/every-stream.js';
import { rowViewOf } from '../../src/sync/row-view.js';

/**
 * Pages that are read from their bytes, against the same pages read by JSON.parse and the validator that was compiled
 * from the schema: the first may say nothing, but not something else.
 */

interface Reading {
  readonly view: RowView;
  readonly guide: RowGuide;
}

let readings: Reading[];
beforeAll(async () => {
  const streams = everyStream();
  const wanted = [
    ...streams.map(async (stream) => rowViewOf(stream, { checks: true, names: true })),
    ...streams.map(async (stream) => rowViewOf(stream, { checks: false, names: false })),
  ];
  readings = (await Promise.all(wanted)).map(readingOf);
});

function readingOf(view: RowView): Reading {
  if (view.guide === null) throw new Error('no guide');
  return { view, guide: view.guide };
}

/** What a page says, records as bytes; or that it is none. */
function told(read: () => Page | null): unknown {
  try {
    const page = read();
    if (page === null) return null;
    const { records, offsets, ...known } = page;
    const texts = Array.from({ length: page.sighting.count }, (_, index) =>
      records.toString('latin1', offsets[2 * index], offsets[2 * index + 1]),
    );
    return { ...known, texts };
  } catch (error) {
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : 'no error';
  }
}

/** @returns whether it was read from its bytes */
function compare(body: Buffer, { view, guide }: Reading): boolean {
  const scanned = told(() => scanPage(body, guide, view.names));
  if (scanned === null) return false;
  expect(scanned).toEqual(told(() => new PageReader().read(Buffer.from(body), { ...view, guide: null })));
  return true;
}

const time = fc.oneof(
  fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-01-31T00:00:00.123456Z',
    '2026-01-31T10:00:00.120+02:00',
    '2026-01-31T23:59:59Z',
    '2026-02-29T00:00:00Z',
    '2028-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T23:59:60Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-31T00:00:00.Z',
    '2026-01-31T00:00:00.100Z',
    '2026-01-31T00:00:00.000Z',
    '2026-01-31T00:00:00-24:00',
    '2026-01-31T00:00:00+0200',
    '2026-01-31t00:00:00z',
    '2026-01-31 00:00:00 UTC',
    '0026-01-31T00:00:00Z',
    '2026-01-31',
    `2026-01-31T00:00:00.${'1'.repeat(43)}Z`,
    `2026-01-31T00:00:00.${'1'.repeat(44)}Z`,
    '',
  ),
);
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('zoë', '\u2028', '\ud800', 'a\nb', '\u0000', '\\', '"', '/', 'id', 'events'),
);
const json = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' });
const key = fc.oneof(text, fc.constantFrom('id', 'created_at', 'payload', 'initiator', 'name', '__proto__'));
const member = fc.record(
  { id: fc.oneof(fc.maxSafeInteger(), json), name: fc.oneof(text, json), is_admin: fc.boolean(), more: json },
  { requiredKeys: [] },
);
const row = fc.oneof(
  { weight: 4, arbitrary: usualRow(fc.constant({})) },
  { weight: 2, arbitrary: usualRow(fc.dictionary(key, json, { maxKeys: 3 })) },
  { weight: 1, arbitrary: fc.dictionary(key, json, { maxKeys: 5 }) },
);

function usualRow(more: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<unknown> {
  const usual = fc.record(
    {
      id: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, { weight: 1, arbitrary: fc.oneof(text, json) }),
      name: fc.oneof(fc.constantFrom('post.liked', 'Visit', null), text),
      triggered_at: fc.oneof(time, fc.constant(null)),
      created_at: time,
      payload: fc.oneof(fc.constant(null), fc.record({ initiator: member, other: json }, { requiredKeys: [] })),
    },
    { requiredKeys: ['id', 'created_at'] },
  );
  return fc.tuple(usual, more).map(([known, others]) => ({ ...known, ...others }));
}

/** Numbers as no JavaScript prints them take the place of some that it does. */
const number = fc.constantFrom(
  '1e400',
  '-0',
  '1E5',
  '12.50',
  '1.0',
  '9007199254740993',
  '01',
  '1.',
  '-',
  '+1',
  '.5',
  '1e',
);
const body = fc
  .record({
    rows: fc.array(row, { maxLength: 4 }),
    pagination: fc.oneof(fc.constant({}), fc.record({ next_page_uri: fc.oneof(fc.webUrl(), json) }), json),
    isFirst: fc.boolean(),
    more: fc.dictionary(key, json, { maxKeys: 1 }),
    indent: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
    numbers: fc.option(number, { freq: 4 }),
    escapes: fc.boolean(),
    repeated: fc.option(fc.constantFrom('"x"', '1', 'null'), { freq: 4 }),
  })
  .map(({ rows, pagination, isFirst, more, indent, numbers, escapes, repeated }) => {
    const answer = isFirst ? { pagination, events: rows, ...more } : { events: rows, ...more, pagination };
    let written = JSON.stringify(answer, null, indent);
    if (numbers !== null) written = written.replace(/(?<=:)-?\d+(?=[,}])/, numbers);
    if (repeated !== null)
      written = written.replace(/"(?:id|name|created_at)":/g, (name) => `${name}${repeated},${name}`);
    if (escapes) {
      written = written.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
    return Buffer.from(written);
  });

/** What may stand in JSON, and what may not. */
const byte = fc.oneof(
  fc.constantFrom(...Buffer.from('"\\{}[]:,0123456789-+.eEtrufalsn \n')),
  fc.integer({ min: 0, max: 255 }),
);
const change = fc.record({ at: fc.nat(5000), byte, way: fc.constantFrom('put', 'insert', 'remove', 'cut', 'repeat') });

function changed(page: Buffer, changes: readonly { at: number; byte: number; way: string }[]): Buffer {
  let bytes = page;
  for (const { at: anywhere, byte: other, way } of changes) {
    const at = anywhere % Math.max(1, bytes.length);
    const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
    const one = Buffer.from([other]);
    if (way === 'put') bytes = Buffer.concat([before, one, behind.subarray(1)]);
    else if (way === 'insert') bytes = Buffer.concat([before, one, behind]);
    else if (way === 'remove') bytes = Buffer.concat([before, behind.subarray(1)]);
    else if (way === 'cut') bytes = Buffer.from(before);
    else bytes = Buffer.concat([before, behind.subarray(0, 1 + (other % 40)), behind]);
  }
  return bytes;
}

describe('a page that is read from its bytes', () => {
  test('says what the same page says that is read as JSON, whatever is in it', () => {
    let scanned = 0;
    const property = fc.property(body, fc.nat(3), (page, which) => {
      const reading = readings[which];
      if (reading !== undefined && compare(page, reading)) scanned++;
    });
    fc.assert(property, { numRuns: 4000 });
    // The generator makes enough of what is read this way.
    expect(scanned).toBeGreaterThan(400);
  });

  test('says so also where bytes of it are others, or missing', () => {
    let scanned = 0;
    const property = fc.property(
      body,
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.nat(3),
      (page, changes, which) => {
        const reading = readings[which];
        if (reading !== undefined && compare(changed(page, changes), reading)) scanned++;
      },
    );
    fc.assert(property, { numRuns: 8000 });
    expect(scanned).toBeGreaterThan(100);
  });

  test.each(['null', '[]', '{}', '[{"id":"b","created_at":"2026-01-01T00:00:00Z"}]'])(
    'has no second `events`, which would be the one that counts: %s',
    (second) => {
      const list = '[{"id":"a","created_at":"2026-01-01T00:00:00Z"}]';
      for (const key of ['"events"', '"\\u0065vents"']) {
        for (const answer of [`{"events":${list},${key}:${second}}`, `{${key}:${second},"events":${list}}`]) {
          for (const reading of readings) expect(compare(Buffer.from(answer), reading)).toBe(false);
        }
      }
      // The last of equal keys counts also of the rest.
      const links = '"pagination":{"next_page_uri":"/1"},"pagination":{"next_page_uri":"/2"}';
      for (const reading of readings) compare(Buffer.from(`{"events":${list},${links}}`), reading);
    },
  );

  test('fits its schema as the compiler of schemas has it', () => {
    const type = fc.constantFrom('object', 'array', 'string', 'integer', 'number', 'boolean', 'null');
    const leaf = fc.record(
      { type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1 })), format: fc.constant('date-time') },
      { requiredKeys: [] },
    );
    const value = fc.oneof(json, time, fc.integer(), fc.double());
    const field = fc.tuple(leaf, fc.option(value, { nil: undefined }));
    const fields = fc.array(field, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fields, fc.subarray(['f0', 'f1', 'f2']), number, fc.boolean(), (made, required, odd, isOdd) => {
        const properties = Object.fromEntries(made.map(([schema], index) => [`f${index}`, schema]));
        const schema = {
          properties: { id: { type: 'string' }, created_at: {}, ...properties },
          required: required.filter((name) => name in properties),
        } as JsonObject;
        const guide = guideOf(schema);
        if (guide === null) throw new Error('no guide');
        const values = Object.fromEntries(made.map(([, given], index) => [`f${index}`, given]));
        const fitting = { id: 'a', created_at: '2026-01-31T00:00:00Z', ...values };
        let written = JSON.stringify({ events: [fitting] });
        if (isOdd) written = written.replace(/(?<=:)-?\d+(?=[,}])/, odd);
        const page = scanPage(Buffer.from(written), guide, false);
        if (page === null) return;
        const [parsed] = (JSON.parse(written) as { events: unknown[] }).events;
        expect(compileSchema(schema, 'events')(parsed)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['events', 0],
    ['visits', 1],
  ])('is every page of %s that the sandbox has: no usual page goes the long way', async (stream, which) => {
    const reading = readings[which];
    if (reading === undefined) throw new Error('no reading');
    const sandbox = await startSandbox({ events: 3000, visits: 3000 });
    try {
      const path = stream === 'events' ? 'events' : 'community_member_visits';
      let pages = 0;
      for (let page = 1; page <= 6; page++) {
        const url = `${sandbox.url}/api/data/v1/${path}?sort=oldest&per_page=500&page=${page}`;
        const answer = await fetch(url, { headers: { Authorization: `Token ${sandbox.token}` } });
        const bytes = Buffer.from(await answer.arrayBuffer());
        expect(answer.status).toBe(200);
        if (compare(bytes, reading)) pages++;
      }
      expect(pages).toBe(6);
    } finally {
      await sandbox.close();
    }
  });
});

describe('a guide', () => {
  const object = (property: JsonObject): JsonObject => ({ type: 'object', properties: { id: {}, property } });

  test.each<[string, JsonObject]>([
    ['a pattern', { type: 'string', pattern: '^a' }],
    ['a length', { type: 'string', minLength: 1 }],
    ['a list of values', { enum: ['a', null] }],
    ['another form of text', { type: 'string', format: 'uuid' }],
    ['the items of an array', { type: 'array', items: { type: 'string' } }],
    ['a choice', { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    ['no other keys', { type: 'object', additionalProperties: false }],
    ['other keys of one kind', { type: 'object', additionalProperties: { type: 'string' } }],
    ['a key that has no schema', { type: 'object', properties: {}, required: ['more'] }],
    ['a kind that JSON does not have', { type: 'date' }],
    [
      'more keys than it can count',
      { properties: Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`k${n}`, {}])) },
    ],
  ])('is not made of a schema that asks for %s', (_, property) => {
    expect(guideOf(object(property))).toBeNull();
    expect(guideOf(object(object(property)))).toBeNull();
  });

  test('is made of the schemas of all streams', () => {
    for (const { rowSchema } of everyStream()) expect(isJsonObject(rowSchema) && guideOf(rowSchema)).not.toBeNull();
  });
});
