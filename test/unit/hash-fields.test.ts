import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { LosslessNumber } from 'lossless-json';
import { ConfigError } from '../../src/base/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { flatten } from '../../src/sync/flatten.js';
import { hashed, withHashedFields } from '../../src/sync/hash-fields.js';
import { chain, select, unchanged } from '../../src/sync/shape.js';
import type { SelectedStream } from '../../src/sync/sink.js';
import { streams } from '../../src/sync/streams.js';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const chosen: readonly SelectedStream[] = streams.map((definition) => ({
  definition,
  method: 'INCREMENTAL',
  rowSchema: definition.schema,
  shape: unchanged(definition.schema),
}));

function hashing(...hashFields: string[]): Map<string, SelectedStream> {
  const made = withHashedFields(chosen, { hashFields, hashSalt: 'pepper ' });
  return new Map(made.map((stream) => [stream.definition.name, stream]));
}

function streamOf(stream: SelectedStream | undefined): SelectedStream {
  if (stream === undefined) throw new Error('there is no such stream');
  return stream;
}

function at(schema: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = schema;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  return value;
}

function objectAt(schema: JsonObject, path: readonly string[]): JsonObject {
  const value = at(schema, path);
  if (!isJsonObject(value)) throw new Error(`${path.join('.')} is no object`);
  return value;
}

/** The record that a row becomes. */
function applied(stream: SelectedStream | undefined, row: JsonObject): JsonObject | undefined {
  return stream?.shape.apply?.(row);
}

const row: JsonObject = {
  id: 'e1',
  created_at: '2026-01-01T00:00:00Z',
  payload: {
    initiator: { id: 7, email: 'zoë@example.com', name: null, is_admin: false },
    space: { id: 3, name: 'Café' },
  },
};

describe('hash_fields', () => {
  test('puts SHA-256 of salt and text in the place of each value, and leaves the rest', () => {
    const events = hashing('payload.initiator.email', 'payload.initiator.id', 'payload.initiator.is_admin').get(
      'events',
    );
    expect(applied(events, row)).toEqual({
      ...row,
      payload: {
        ...(row['payload'] as JsonObject),
        initiator: {
          id: sha256('pepper 7'),
          email: sha256('pepper zoë@example.com'),
          name: null,
          is_admin: sha256('pepper false'),
        },
      },
    });
  });

  test('keeps the order of keys, null and what is absent', () => {
    const events = hashing('payload.initiator.name', 'payload.comment.id', 'name').get('events');
    expect(JSON.stringify(applied(events, row))).toBe(JSON.stringify(row));
  });

  test('makes the field text that may be null, in the schema alone where it stands', () => {
    const { shape, rowSchema } = streamOf(hashing('payload.initiator.id').get('events'));
    const path = ['properties', 'payload', 'properties', 'initiator', 'properties', 'id'];
    expect(at(shape.schema, path)).toEqual({
      type: ['string', 'null'],
      description: expect.stringMatching(/^SHA-256 of: /),
    });
    const original = structuredClone(shape.schema);
    Object.assign(objectAt(original, path), at(rowSchema, path));
    expect(original).toEqual(rowSchema);
  });

  test('is not done to streams without the field: their rows keep their own text', () => {
    const made = hashing('payload.visit.city');
    expect(made.get('events')?.shape.apply).toBeNull();
    expect(made.get('visits')?.shape.apply).not.toBeNull();
  });

  test('works with a selection and with flattening', () => {
    const { schema } = streamOf(chosen[0]).definition;
    const selected = select(schema, (path) => path.join('.') !== 'payload.space.name');
    const twice = chain(selected, (part) => hashed(part, [['payload', 'initiator', 'email']], ''));
    const shape = chain(twice, (part) => flatten(part, { maxDepth: 10, maxKeyLength: 255, separator: '__' }));
    const properties = shape.schema['properties'] as JsonObject;
    expect(properties['payload__initiator__email']).toMatchObject({ type: ['string', 'null'] });
    expect(properties).not.toHaveProperty('payload__space__name');
    expect(shape.apply?.(row)).toMatchObject({
      id: 'e1',
      payload__initiator__email: sha256('zoë@example.com'),
      payload__initiator__id: 7,
      payload__space__id: 3,
    });
  });

  test('hashes the digits that the API sent, and whatever stands where an object was expected', () => {
    const events = hashing('payload.initiator.id').get('events');
    const long = {
      ...row,
      payload: { initiator: { id: new LosslessNumber('9007199254740993') as unknown as number } },
    };
    expect(applied(events, long)).toMatchObject({ payload: { initiator: { id: sha256('pepper 9007199254740993') } } });
    const text = { ...row, payload: { initiator: 'Zoë <zoë@example.com>' } };
    expect(applied(events, text)).toMatchObject({ payload: { initiator: sha256('pepper Zoë <zoë@example.com>') } });
    const object = { ...row, payload: { initiator: { id: { secret: 'x' } } } };
    expect(applied(events, object)).toMatchObject({ payload: { initiator: { id: sha256('pepper {"secret":"x"}') } } });
  });

  test('hashes a field that the catalog has lost but rows still bring', () => {
    const bare: SelectedStream = { ...streamOf(chosen[0]), rowSchema: { type: 'object', properties: {} } };
    const shape = unchanged(bare.rowSchema);
    const [stream] = withHashedFields([{ ...bare, shape }], { hashFields: ['payload.initiator.email'], hashSalt: '' });
    expect(applied(stream, row)).toMatchObject({ payload: { initiator: { email: sha256('zoë@example.com') } } });
  });

  test.each([
    ['payload.initiator.mail', /^hash_fields\[1\]: "payload.initiator.mail" is not a field of events or visits/],
    ['email', /^hash_fields\[1\]: "email" is not a field/],
    ['payload.initiator', /^hash_fields\[1\]: payload.initiator is an object/],
    ['id', /^hash_fields\[1\]: id must stay as it is/],
    ['created_at', /^hash_fields\[1\]: created_at must stay as it is/],
    ['constructor', /^hash_fields\[1\]: "constructor" is not a field/],
  ])('refuses %s', (path, message) => {
    expect(() => hashing('name', path)).toThrow(ConfigError);
    expect(() => hashing('name', path)).toThrow(message);
  });
});
