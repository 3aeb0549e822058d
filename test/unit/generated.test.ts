import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import catalog from '../../catalog.json' with { type: 'json' };
import events from '../../schemas/events.json' with { type: 'json' };
import visits from '../../schemas/visits.json' with { type: 'json' };
import { readApi } from '../../scripts/generate/api.js';
import { eventNames, payloadFields, payloadObjects, payloadTypes, visitName } from '../../src/circle/event-names.js';
import reference from '../fixtures/reference-payloads.json' with { type: 'json' };

const paths = [
  'schemas/events.json',
  'schemas/visits.json',
  'catalog.json',
  'docs/streams.md',
  'src/circle/event-names.ts',
  'README.md',
  'docs/segment.md',
  'examples/meltano/meltano.yml',
];
const schemas: Readonly<Record<string, Schema>> = { events, visits };
const objectNames = Object.keys(reference.objects);

/** As in the JSON files; what a key may hold is for the tests to say. */
interface Schema {
  type?: string | readonly string[];
  format?: unknown;
  description?: unknown;
  properties?: Readonly<Record<string, Schema>>;
  required?: unknown;
  additionalProperties?: unknown;
}

/** Every property at any depth, with its path. */
function everyProperty(schema: Schema, parent: readonly string[] = []): { path: string[]; property: Schema }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = [...parent, name];
    return [{ path, property }, ...everyProperty(property, path)];
  });
}

describe('the generator', () => {
  let root = '';
  const generate = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [resolve('node_modules/tsx/dist/cli.mjs'), resolve('scripts/generate.ts'), ...args], {
      cwd: root,
      encoding: 'utf8',
    });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'generated-'));
    for (const path of [...paths, 'openapi', '.prettierrc.json']) cpSync(path, join(root, path), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('makes the committed files', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('names every file that is missing or differs, and makes it again', () => {
    rmSync(join(root, 'docs/streams.md'));
    for (const path of paths.slice(0, 3)) writeFileSync(join(root, path), `${readFileSync(path, 'utf8')} `);
    const check = generate('--check');
    expect(check.status).toBe(1);
    expect(check.stderr.split('\n').map((line) => line.split(' ')[0])).toEqual([...paths.slice(0, 4), '']);

    expect(generate().status).toBe(0);
    for (const path of paths) expect(readFileSync(join(root, path), 'utf8')).toBe(readFileSync(path, 'utf8'));
  });
});

describe('a document that cannot be a table', () => {
  const yaml = readFileSync('openapi/circle-data-api.yaml', 'utf8');

  test.each([
    ['a field of two types', "[integer, 'null']", '[integer, string]', /parent_comment_id has a type that no column/],
    ['one name for two objects', 'section: { $ref', 'lesson: { $ref', /schemas\/Section is not the only "lesson"/],
    ['a reference to nothing', 'schemas/Lesson', 'schemas/Lessons', /schemas\/Lessons points to nothing/],
    ['a missing description', 'description: Id of the lesson., ', '', /Lesson\/properties\/id has no "description"/],
    ['an event of another name', 'const: post.liked', 'const: post.loved', /post\.liked is not named "post\.loved"/],
  ])('is refused for %s, and the message says where', (_fault, before, after, message) => {
    expect(yaml).toContain(before);
    expect(() => readApi(yaml)).not.toThrow();
    expect(() => readApi(yaml.replace(before, after))).toThrow(message);
  });
});

describe.each(Object.entries(schemas))('the schema of %s', (stream, schema) => {
  const properties = everyProperty(schema);

  test('has one type and null for each property, and nothing that a target may stumble over', () => {
    expect(properties.length).toBeGreaterThan(20);
    for (const { path, property } of properties) {
      const { type, format, description, properties: inner, additionalProperties, ...rest } = property;
      expect(rest).toEqual({});
      expect(description).toMatch(/\.$/);
      const name = path.join('.');
      if (['id', 'created_at'].includes(name)) {
        expect([name, type]).toEqual([name, 'string']);
      } else {
        const [only, ...others] = [type].flat();
        expect(['string', 'integer', 'boolean', 'object']).toContain(only);
        expect([name, ...others]).toEqual([name, 'null']);
      }
      const isObject = [type].flat().includes('object');
      expect([name, additionalProperties]).toEqual([name, isObject ? true : undefined]);
      if (!isObject) expect(inner).toBeUndefined();
      const isTime = ['created_at', 'triggered_at', 'published_at'].includes(path.at(-1) ?? '');
      expect([name, format]).toEqual([name, isTime ? 'date-time' : undefined]);
    }
  });

  test('is open, and requires the key and the bookmark alone', () => {
    const { properties: columns, description, ...rest } = schema;
    expect(rest).toEqual({ type: 'object', required: ['id', 'created_at'], additionalProperties: true });
    expect(description).toMatch(/\.$/);
    expect(Object.keys(columns ?? {})).toEqual(Object.keys(reference.envelope));
  });

  test('has every object and field of the reference', () => {
    const names = stream === 'visits' ? ['initiator', 'visit'] : objectNames.filter((name) => name !== 'visit');
    const payload = schema.properties?.['payload']?.properties ?? {};
    expect(Object.keys(payload)).toEqual(names);
    const known: Readonly<Record<string, { fields: Readonly<Record<string, string>> }>> = reference.objects;
    for (const name of names) {
      const fields = Object.entries(payload[name]?.properties ?? {}).map(([field, { type }]) => [field, type]);
      expect([name, fields]).toEqual([
        name,
        Object.entries(known[name]?.fields ?? {}).map(([field, type]) => [
          field,
          [['integer', 'boolean'].includes(type) ? type : 'string', 'null'],
        ]),
      ]);
    }
  });

  test('leaves the recurrence of an event open', () => {
    const setting = schema.properties?.['payload']?.properties?.['recurring_event_setting'];
    expect(setting).toEqual(
      stream === 'visits'
        ? undefined
        : { type: ['object', 'null'], description: expect.any(String), additionalProperties: true },
    );
  });

  test.each([
    ['draft-07', () => addFormats.default(new Ajv({ strict: true, allowUnionTypes: true }))],
    ['2020-12', () => addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true }))],
  ])('is valid as %s', (_draft, validators) => {
    const isRow = validators().compile(schema);
    const row = { id: 'a', created_at: '2024-10-02T05:54:21.004123Z' };
    expect(isRow(row)).toBe(true);
    expect(isRow({ ...row, name: null, payload: { initiator: { email: null, more: 1 }, other: [] }, more: {} })).toBe(
      true,
    );
    expect(isRow({ ...row, id: null })).toBe(false);
    expect(isRow({ ...row, created_at: 'yesterday' })).toBe(false);
    expect(isRow({ ...row, payload: { initiator: { id: '7' } } })).toBe(false);
  });
});

describe('the catalog', () => {
  test('has both streams with their schemas, incremental', () => {
    expect(catalog.streams).toEqual(
      Object.entries(schemas).map(([stream, schema]) => ({
        tap_stream_id: stream,
        stream,
        schema,
        key_properties: ['id'],
        replication_key: 'created_at',
        replication_method: 'INCREMENTAL',
        metadata: expect.any(Array),
      })),
    );
  });

  test('has metadata for the stream and for each property', () => {
    for (const { stream, metadata } of catalog.streams) {
      expect(metadata).toEqual([
        {
          breadcrumb: [],
          metadata: {
            inclusion: 'available',
            selected: true,
            'selected-by-default': true,
            'table-key-properties': ['id'],
            'valid-replication-keys': ['created_at'],
            'replication-key': 'created_at',
          },
        },
        ...everyProperty(schemas[stream] ?? {}).map(({ path }) => ({
          breadcrumb: path.flatMap((name) => ['properties', name]),
          metadata: { inclusion: ['id', 'created_at'].includes(path.join('.')) ? 'automatic' : 'available' },
        })),
      ]);
    }
  });
});

describe('the names of events', () => {
  test('are those of the reference, with the objects of their payloads', () => {
    expect([...eventNames, visitName]).toEqual(Object.keys(reference.events));
    expect(payloadObjects).toEqual(reference.events);
  });

  test('come with the fields of those objects', () => {
    const known: Readonly<Record<string, { constant?: string; fields: object }>> = reference.objects;
    expect(Object.keys(payloadFields)).toEqual(objectNames);
    for (const [name, { constant, fields }] of Object.entries(known)) {
      expect([name, payloadFields[name], payloadTypes[name]]).toEqual([name, fields, constant]);
    }
  });
});

describe('the data dictionary', () => {
  const text = readFileSync('docs/streams.md', 'utf8');
  const rows = text.split('\n').map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

  test('starts by saying where it comes from', () => {
    expect(text.split('\n')[0]).toMatch(/generated .* by `npm run generate`/i);
  });

  test('has each event with the objects of its payload', () => {
    for (const [name, objects] of Object.entries(reference.events)) {
      const cells = rows.find(([first]) => first === `\`${name}\``);
      expect(cells?.[2]).toBe(objects.map((object) => `\`${object}\``).join(', '));
    }
  });

  test.each(Object.entries(schemas))('has each column of %s', (stream, schema) => {
    const section = text.split(/^## /m).find((part) => part.startsWith(`${stream}\n`));
    for (const { path, property } of everyProperty(schema)) {
      const name = path.join('.');
      const isObject = path.length === 2;
      expect(section).toContain(
        isObject ? `#### \`${name}\` in ${stream}\n\n${String(property.description)}\n` : `| \`${name}\` | `,
      );
    }
  });

  test('lists what is personal', () => {
    const personal = text.split(/^## /m).find((part) => part.startsWith('Personal data\n'));
    const columns = ['name', 'last_name', 'first_name', 'email'].map((field) => `payload.initiator.${field}`);
    const visit = ['user_agent', 'country', 'region', 'city'].map((field) => `payload.visit.${field}`);
    expect([...(personal?.matchAll(/^- `(.*)`$/gm) ?? [])].map(([, column]) => column)).toEqual([
      ...columns,
      ...columns,
      ...visit,
    ]);
  });
});
