import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { Bench, closeBenches, runSource, type Run } from '../support/airbyte.js';
import { errorsOf } from '../support/airbyte-messages.js';
import { expectGolden } from '../support/golden.js';

/** The discovery suite of Airbyte's connector acceptance tests, with what each assertion is about. */

let run: Run;
let streams: readonly JsonObject[] = [];
let schemas: readonly JsonObject[] = [];

beforeAll(async () => {
  run = await runSource(['discover']);
  const [message] = run.messages;
  if (message?.type === 'CATALOG') streams = message.catalog.streams;
  schemas = streams.flatMap(({ json_schema: schema }) => (isJsonObject(schema) ? [schema] : []));
});

afterAll(closeBenches);

/** A schema and every schema in it. */
function everySchema(schema: JsonObject): JsonObject[] {
  const { properties, items } = schema;
  const inner = [...Object.values(isJsonObject(properties) ? properties : {}), items];
  return [schema, ...inner.flatMap((one) => (isJsonObject(one) ? everySchema(one) : []))];
}

function propertyOf(schema: JsonObject | undefined, name: string): JsonObject | undefined {
  const properties = schema?.['properties'];
  const property = isJsonObject(properties) ? properties[name] : undefined;
  return isJsonObject(property) ? property : undefined;
}

describe('discover', () => {
  test('writes exactly one CATALOG, as committed (backward compatibility is seen there)', () => {
    expect(run).toMatchObject({ code: 0, stderr: '', messages: [{ type: 'CATALOG' }] });
    expect(run.messages).toHaveLength(1);
    expectGolden('test/fixtures/airbyte/catalog.json', JSON.stringify({ streams }, null, 2) + '\n');
  });

  test('names each stream once, with both sync modes, its key and its cursor', () => {
    const { length } = streams;
    expect(streams.map(({ name }) => name)).toEqual(['events', 'visits']);
    expect(length).toBe(2);
    for (const stream of streams) {
      expect(stream).toMatchObject({
        supported_sync_modes: ['full_refresh', 'incremental'],
        source_defined_cursor: true,
        default_cursor_field: ['created_at'],
        source_defined_primary_key: [['id']],
        is_resumable: true,
      });
    }
  });

  test('has valid draft-07 schemas, in which cursor and key are scalars', () => {
    expect(schemas).toHaveLength(2);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    for (const schema of schemas) {
      expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
      expect(ajv.validateSchema(schema)).toBe(true);
      for (const key of ['id', 'created_at']) expect(propertyOf(schema, key)?.['type']).toBe('string');
    }
  });

  test('uses no $ref, no combination of schemas, and closes no object', () => {
    for (const schema of schemas.flatMap(everySchema)) {
      for (const key of ['$ref', 'allOf', 'not', 'anyOf', 'oneOf']) expect(schema).not.toHaveProperty([key]);
      expect(schema['additionalProperties'] ?? true).toBe(true);
    }
  });

  test('uses known types, formats and airbyte_types; all but the keys may be null', () => {
    for (const schema of schemas) {
      const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
      for (const [name, property] of Object.entries(properties)) {
        if (!isJsonObject(property)) throw new Error(name);
        for (const [depth, { type, format, airbyte_type: airbyteType }] of everySchema(property).entries()) {
          const types = [type].flat();
          for (const one of types) {
            expect(['null', 'string', 'number', 'integer', 'boolean', 'object', 'array']).toContain(one);
          }
          const isKey = depth === 0 && (name === 'id' || name === 'created_at');
          expect([name, types.includes('null')]).toEqual([name, !isKey]);
          expect(format === undefined || format === 'date-time').toBe(true);
          expect(airbyteType).toBe(format === 'date-time' ? 'timestamp_with_timezone' : undefined);
        }
      }
    }
  });

  test('needs neither configuration nor network; both executables and --debug give the same', async () => {
    const bench = await Bench.start({ events: 1, visits: 1 });
    const others = await Promise.all([
      runSource(['discover', '--config', bench.config({ base_url: 'http://127.0.0.1:1' }), '--debug']),
      runSource(['discover'], { executable: 'tap-circle' }),
    ]);
    for (const { stdout, stderr, code } of others) expect([stdout, stderr, code]).toEqual([run.stdout, '', 0]);
    expect(bench.sandbox.requests).toEqual([]);
  });

  test('shows a field that the configuration wants hashed as text; a wrong configuration is a TRACE ERROR', async () => {
    const bench = await Bench.start({ events: 1, visits: 1 });
    const hashed = await runSource(['discover', '--config', bench.config({ hash_fields: ['payload.initiator.id'] })]);
    const message = hashed.messages.find(({ type }) => type === 'CATALOG');
    const schema = message?.type === 'CATALOG' ? message.catalog.streams[0]?.['json_schema'] : undefined;
    const typeIn = (one: JsonValue | undefined): unknown => {
      const payload = isJsonObject(one) ? propertyOf(one, 'payload') : undefined;
      return propertyOf(propertyOf(payload, 'initiator'), 'id')?.['type'];
    };
    expect([typeIn(schemas[0]), typeIn(schema)]).toEqual([
      ['integer', 'null'],
      ['string', 'null'],
    ]);
    const wrong = await runSource(['discover', '--config', bench.config({ hash_fields: ['payload.nobody'] })]);
    expect([wrong.code, errorsOf(wrong.messages)[0]?.failure_type]).toEqual([1, 'config_error']);
  });
});
