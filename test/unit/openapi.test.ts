/**
 * The OpenAPI document against the facts of Circle's reference, which test/fixtures/reference-payloads.json holds. Reads
 * the document by its own few lines, not with the generator, so that both cannot be wrong in the same way.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import reference from '../fixtures/reference-payloads.json' with { type: 'json' };

const eventNames = Object.keys(reference.events).filter((name) => name !== 'community_member.visit');
const objectsOf: Readonly<Record<string, readonly string[]>> = reference.events;
const fieldsOf: Readonly<Record<string, { constant?: string; fields: Record<string, string> }>> = reference.objects;
const samples: Readonly<Record<string, unknown>> = {
  string: 'text',
  integer: 7,
  boolean: true,
  'date-time': '2019-08-24T14:15:22Z',
  uuid: '497f6eca-6276-4993-bfeb-53cbbbba6f08',
  email: 'user@example.com',
};

const document: unknown = parse(readFileSync('openapi/circle-data-api.yaml', 'utf8'));
const operations = {
  events: at(document, 'paths', '/api/data/v1/events', 'get'),
  visits: at(document, 'paths', '/api/data/v1/community_member_visits', 'get'),
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path; references to other places of the document are followed. */
function at(value: unknown, ...path: readonly string[]): unknown {
  const target = isRecord(value) ? value['$ref'] : undefined;
  if (typeof target === 'string') return at(at(document, ...target.split('/').slice(1)), ...path);
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (!isRecord(value) || value[key] === undefined) throw new Error(`no ${key} in ${JSON.stringify(value)}`);
  return at(value[key], ...rest);
}

function keys(value: unknown): string[] {
  return isRecord(value) ? Object.keys(value) : [];
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${JSON.stringify(value)} is no array`);
  return value;
}

function schema(name: string): unknown {
  return at(document, 'components', 'schemas', name);
}

/** `string`, or its format; a nullable type by its other name. */
function typeOf(field: unknown): unknown {
  if (isRecord(field) && field['format'] !== undefined) return field['format'];
  const type = at(field, 'type');
  return Array.isArray(type) ? type.filter((name) => name !== 'null').join() : type;
}

/** Everything in the document, however deep. */
function* everything(value: unknown): Generator {
  yield value;
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) yield* everything(child);
}

/** A row as the reference's example of that event has it. */
function sampleOf(name: string): Record<string, unknown> {
  const payload = (objectsOf[name] ?? []).map((object) => {
    const { constant, fields } = fieldsOf[object] ?? { fields: {} };
    const values = Object.entries(fields).map(([field, type]) => [
      field,
      field === 'type' && constant !== undefined ? constant : samples[type],
    ]);
    return [object, Object.fromEntries(values)] as const;
  });
  return {
    id: samples['uuid'],
    name,
    triggered_at: samples['date-time'],
    created_at: samples['date-time'],
    version: '1',
    payload: Object.fromEntries(payload),
  };
}

/** Whether a value is valid under one of the schemas. */
function validator(schemaName: string): (value: unknown) => boolean {
  if (!isRecord(document)) throw new Error('no document');
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['components', 'discriminator', 'x-personal-data']);
  ajv.addSchema({ $id: 'circle', components: document['components'] });
  return ajv.compile({ $ref: `circle#/components/schemas/${schemaName}` });
}

describe('the events', () => {
  test('are the 32 of the reference, in its order, wherever they are listed', () => {
    expect(eventNames).toHaveLength(32);
    expect(list(at(schema('EventName'), 'enum'))).toEqual(eventNames);
    expect(list(at(schema('Event'), 'oneOf')).map((event) => at(event, 'properties', 'name', 'const'))).toEqual(
      eventNames,
    );
  });

  test.each(Object.entries(objectsOf))('%s carries the objects of the reference in their order', (name, objects) => {
    expect(at(schema(name), 'properties', 'name', 'const')).toBe(name);
    expect(keys(at(schema(name), 'properties', 'payload', 'properties'))).toEqual(objects);
    for (const object of objects) {
      const { constant, fields } = fieldsOf[object] ?? { fields: {} };
      const found = at(schema(name), 'properties', 'payload', 'properties', object);
      const properties = isRecord(found) ? (found['properties'] ?? {}) : {};
      expect(keys(properties).map((field) => [field, typeOf(at(properties, field))])).toEqual(Object.entries(fields));
      if (constant !== undefined) expect(at(properties, 'type', 'const')).toBe(constant);
    }
  });

  test('have the envelope of the reference', () => {
    const properties = at(schema('Envelope'), 'properties');
    expect(keys(properties).map((field) => [field, typeOf(at(properties, field))])).toEqual(
      Object.entries(reference.envelope),
    );
  });

  test('have one field that the reference calls nullable', () => {
    const nullable = Object.keys(reference.objects).flatMap((object) => {
      const event = Object.keys(objectsOf).find((name) => objectsOf[name]?.includes(object)) ?? '';
      const found = at(schema(event), 'properties', 'payload', 'properties', object);
      const properties = isRecord(found) ? found['properties'] : undefined;
      return keys(properties)
        .filter((field) => Array.isArray(at(properties, field, 'type')))
        .map((field) => `${object}.${field}`);
    });
    expect(nullable).toEqual(reference.nullable);
  });

  test('mark as personal who a person is and where', () => {
    const personal = keys(at(document, 'components', 'schemas')).flatMap((name) => {
      const found = schema(name);
      const properties = isRecord(found) ? found['properties'] : undefined;
      return keys(properties)
        .filter((field) => keys(at(properties, field)).includes('x-personal-data'))
        .map((field) => `${name}.${field}`);
    });
    expect(personal.sort()).toEqual([
      'CommunityMember.email',
      'CommunityMember.first_name',
      'CommunityMember.last_name',
      'CommunityMember.name',
      'Visit.city',
      'Visit.country',
      'Visit.region',
      'Visit.user_agent',
    ]);
  });
});

describe('the operations', () => {
  const window = ['per_page', 'page', 'base_timestamp', 'sort', 'from_date', 'to_date', 'created_at_gt'];

  test('take the parameters of the reference', () => {
    const names = (operation: unknown): unknown[] =>
      list(at(operation, 'parameters')).map((parameter) => at(parameter, 'name'));
    expect(names(operations.events)).toEqual([...window, 'events[]']);
    expect(names(operations.visits)).toEqual(window);
  });

  test('answer with rows under "events"', () => {
    for (const operation of Object.values(operations)) {
      const page = at(operation, 'responses', '200', 'content', 'application/json', 'schema');
      expect(keys(at(page, 'properties'))).toEqual(['pagination', 'events']);
      expect(keys(at(operation, 'responses')).sort()).toEqual(['200', '401', '403', '404', '422', '429']);
    }
  });

  test('have examples that their own schema takes', () => {
    const content = (operation: unknown): unknown => at(operation, 'responses', '200', 'content', 'application/json');
    expect(validator('EventsPage')(at(content(operations.events), 'example'))).toBe(true);
    expect(validator('VisitsPage')(at(content(operations.visits), 'example'))).toBe(true);
  });
});

describe('the schemas', () => {
  const isEvent = validator('Event');
  const isVisit = validator('community_member.visit');

  test.each(eventNames)('take the example of %s', (name) => {
    expect(isEvent(sampleOf(name))).toBe(true);
    expect(isVisit(sampleOf(name))).toBe(false);
  });

  test('take the example of a visit, and not among the events', () => {
    expect(isVisit(sampleOf('community_member.visit'))).toBe(true);
    expect(isEvent(sampleOf('community_member.visit'))).toBe(false);
  });

  test.each(eventNames)('refuse %s with an object of another kind', (name) => {
    const sample = sampleOf(name);
    const [object] = objectsOf[name]?.filter((candidate) => candidate !== 'recurring_event_setting') ?? [];
    expect(object).toBeDefined();
    expect(isEvent({ ...sample, payload: { [object ?? '']: { type: 'Other' } } })).toBe(false);
  });
});

describe('the document', () => {
  test('is of OpenAPI 3.1 and says that its paths are unverified', () => {
    expect(at(document, 'openapi')).toMatch(/^3\.1\./);
    expect(at(document, 'info', 'version')).toBe('0.1-alpha');
    for (const operation of Object.values(operations)) expect(at(operation, 'description')).toContain('UNVERIFIED');
  });

  test('refers to nothing that is not there, and has nothing that is not referred to', () => {
    const targets = new Set<string>();
    for (const value of everything(document)) {
      const target = isRecord(value) ? value['$ref'] : undefined;
      if (typeof target !== 'string') continue;
      expect(() => at(value)).not.toThrow();
      targets.add(target);
    }
    const components = ['parameters', 'responses', 'schemas'].flatMap((kind) =>
      keys(at(document, 'components', kind)).map((name) => `#/components/${kind}/${name}`),
    );
    expect([...targets].sort()).toEqual(components.sort());
  });

  test('describes every field', () => {
    for (const name of ['Envelope', ...keys(at(document, 'components', 'schemas')).filter((key) => key !== 'Error')]) {
      expect(at(schema(name), 'description')).toMatch(/\.$/);
      if (name.includes('.')) continue;
      const found = schema(name);
      const properties = isRecord(found) ? found['properties'] : undefined;
      for (const field of keys(properties)) expect(at(properties, field, 'description')).toMatch(/\.$/);
    }
  });
});
