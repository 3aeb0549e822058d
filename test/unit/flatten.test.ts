import { describe, expect, test } from '@jest/globals';
import { ConfigError } from '../../src/base/errors.js';
import type { JsonObject } from '../../src/base/json.js';
import { flatKey } from '../../src/sync/flat-key.js';
import { flatten } from '../../src/sync/flatten.js';

// What stands here was made by the Meltano SDK; the interop suite makes it anew and compares.
const options = { maxDepth: 10, maxKeyLength: 255, separator: '__' };
const text = { type: ['string', 'null'] };
const schema: JsonObject = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string', description: 'the key' },
    tags: { type: ['array', 'null'], items: { type: 'string' } },
    list: { type: 'array' },
    any: {},
    free: { type: ['object', 'null'], additionalProperties: true },
    payload: {
      type: ['object', 'null'],
      properties: { a: { type: ['object', 'null'], properties: { b: { type: ['integer', 'null'] } } }, c: text },
    },
  },
};

describe('flatten', () => {
  test('makes columns of nested properties, and text of what has no known shape', () => {
    expect(flatten(schema, options).schema).toEqual({
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string', description: 'the key' },
        tags: text,
        list: { type: 'string' },
        any: { type: ['null', 'string'] },
        free: text,
        payload__a__b: { type: ['integer', 'null'] },
        payload__c: text,
      },
    });
  });

  test('makes JSON text below the depth, and nothing at all of depth 0', () => {
    const { schema: shallow, apply } = flatten(schema, { ...options, maxDepth: 1 });
    expect(Object.keys(shallow['properties'] as JsonObject)).toEqual([
      'id',
      'tags',
      'list',
      'any',
      'free',
      'payload__a',
      'payload__c',
    ]);
    expect(apply?.({ payload: { a: { b: 1 }, c: 'x' } })).toEqual({ payload__a: '{"b":1}', payload__c: 'x' });
    expect(flatten(schema, { ...options, maxDepth: 0 })).toEqual({ schema, apply: null, readsLetters: false });
  });

  test('flattens what the API sends beyond the schema in the same way, and keeps null where an object was expected', () => {
    const row = { payload: { new: { deep: { x: 1 } }, a: null }, free: { y: { z: [] } }, tags: null };
    expect(flatten(schema, options).apply?.(row)).toEqual({
      payload__new__deep__x: 1,
      payload__a: null,
      free: '{"y":{"z":[]}}',
      tags: null,
    });
  });

  test.each([
    ['letters beyond ASCII', { n: 'Zoë 🎉' }, '{"n":"Zo\\u00eb \\ud83c\\udf89"}'],
    ['controls', { n: '\u007f\t\u0001\u2028' }, '{"n":"\\u007f\\t\\u0001\\u2028"}'],
    ['a slash and quotes', { n: '/"\\' }, '{"n":"/\\"\\\\"}'],
    ['numbers', { n: [1, -0.5, true, null] }, '{"n":[1,-0.5,true,null]}'],
    ['what no database holds', { n: 'a\u0000b\ud83d' }, '{"n":"a\\ufffdb\\ufffd"}'],
  ])('spells JSON text as Python does: %s', (_what, free, expected) => {
    expect(flatten(schema, options).apply?.({ free })).toEqual({ free: expected });
  });

  test('refuses two columns of one name', () => {
    const clash: JsonObject = {
      properties: { a_b: text, a: { type: 'object', properties: { b: text } } },
    };
    expect(() => flatten(clash, { ...options, separator: '_' })).toThrow(ConfigError);
    expect(() => flatten(clash, { ...options, separator: '_' })).toThrow(/two columns called a_b/);
  });
});

describe('flatKey', () => {
  test.each([
    [255, ['payload', 'recurring_event_setting', 'email'], 'payload__recurring_event_setting__email'],
    [40, ['payload', 'recurring_event_setting', 'email'], 'payload__recurring_event_setting__email'],
    [39, ['payload', 'recurring_event_setting', 'email'], 'pay__recurring_event_setting__email'],
    [30, ['payload', 'recurring_event_setting', 'email'], 'pay__res__email'],
    [8, ['payload', 'recurring_event_setting', 'email'], 'pay__res__ema'],
    [10, ['isAdmin_now', 'x'], 'ian__x'],
    [8, ['ééééééé', 'x'], 'ééééééé__x'],
  ])('under %i: %j is %s', (maxKeyLength, path, expected) => {
    expect(flatKey(path.slice(0, -1), path.at(-1) ?? '', { separator: '__', maxKeyLength })).toBe(expected);
  });
});
