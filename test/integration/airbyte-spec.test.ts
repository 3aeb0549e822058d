import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { runSource, type Run } from '../support/airbyte.js';

/** The spec suite of Airbyte's connector acceptance tests, with the tests' own names. */

interface Node {
  readonly path: readonly string[];
  readonly schema: JsonObject;
}

let run: Run;
let specification: JsonObject = {};
let nodes: Node[] = [];

beforeAll(async () => {
  run = await runSource(['spec']);
  const [message] = run.messages;
  const found = message?.type === 'SPEC' ? message.spec['connectionSpecification'] : undefined;
  if (isJsonObject(found)) specification = found;
  nodes = everyObject(specification);
});

/** Every object of a document, itself included. */
function everyObject(value: JsonValue | undefined, path: readonly string[] = []): Node[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => everyObject(item, [...path, String(index)]));
  if (!isJsonObject(value)) return [];
  const inner = Object.entries(value).flatMap(([key, item]) => everyObject(item, [...path, key]));
  return [{ path, schema: value }, ...inner];
}

/** The properties by their paths; `parent` of a property is the `properties` of an object. */
function properties(): (Node & { readonly name: string })[] {
  return nodes.flatMap((node) => {
    const [parent, name] = node.path.slice(-2);
    return parent === 'properties' && name !== undefined ? [{ ...node, name }] : [];
  });
}

describe('spec', () => {
  test('test_match_expected: exactly one SPEC, that of spec.json, and nothing else', () => {
    const expected: unknown = JSON.parse(readFileSync('spec.json', 'utf8'));
    expect(run).toMatchObject({ code: 0, stderr: '', messages: [{ type: 'SPEC', spec: expected }] });
    expect(run.messages).toHaveLength(1);
    expect(run.seconds).toBeLessThan(10);
  });

  test('loads next to nothing: start-up is twice that of node at most', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coverage-'));
    const loaded = async (verb: string): Promise<number> => {
      const own = join(folder, verb);
      await runSource([verb], { env: { NODE_V8_COVERAGE: own } });
      const [report = ''] = readdirSync(own);
      const { result } = JSON.parse(readFileSync(join(own, report), 'utf8')) as { result: { url: string }[] };
      const files = result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
      return files.reduce((sum, url) => sum + statSync(fileURLToPath(url)).size, 0);
    };
    // The parsers of command lines and of schemas, and the HTTP client, have 100 kB and more each.
    expect(await loaded('spec')).toBeLessThan(40_000);
    // This is nearly all of it schemas.
    expect(await loaded('discover')).toBeLessThan(150_000);
    rmSync(folder, { recursive: true });
  });

  test('both executables and --debug give the same', async () => {
    const others = await Promise.all([
      runSource(['spec', '--debug']),
      runSource(['spec'], { executable: 'tap-circle' }),
      runSource(['--debug', 'spec'], { executable: 'tap-circle' }),
    ]);
    for (const { stdout, stderr, code } of others)
      expect({ stdout, stderr, code }).toMatchObject({ stdout: run.stdout, stderr: '', code: 0 });
  });

  test('test_config_match_spec, test_required, test_optional: the token is needed, everything else can be left out', () => {
    const validate = new Ajv({ strict: false }).compile(specification);
    expect(validate({ api_token: 'token' })).toBe(true);
    expect(specification['required']).toEqual(['api_token']);
    expect(validate({})).toBe(false);
    const defaults = properties().map(({ name, schema }) => [name, schema['default']] as const);
    const whole = Object.fromEntries(defaults.filter(([, value]) => value !== undefined));
    expect(validate({ api_token: 'token', ...whole })).toBe(true);
  });

  test('the examples of each setting fit it', () => {
    const validate = new Ajv({ strict: false }).compile(specification);
    const examples = properties().flatMap(({ name, schema }) =>
      [schema['examples'] ?? []].flat().map((value) => ({ [name]: value })),
    );
    expect(examples.length).toBeGreaterThan(4);
    for (const example of examples) {
      expect([example, validate({ api_token: 'token', ...example })]).toEqual([example, true]);
    }
  });

  test('test_enum_usage: values are distinct', () => {
    const enums = nodes.flatMap(({ schema }) => (Array.isArray(schema['enum']) ? [schema['enum']] : []));
    expect(enums.length).toBeGreaterThan(0);
    for (const values of enums) expect(new Set(values).size).toBe(values.length);
  });

  test('test_oneof_usage, test_display_type: there is no oneOf and no display_type', () => {
    for (const { schema } of nodes) expect(schema).not.toHaveProperty('oneOf');
    for (const { schema } of nodes) expect(schema).not.toHaveProperty('display_type');
  });

  test('test_has_secret, test_secret_is_properly_marked', () => {
    const names =
      /^(client_token|access_token|api_token|token|secret|client_secret|password|key|service_account_info|service_account|tenant_id|certificate|jwt|credentials|app_id|appid|refresh_token)$/;
    const secrets = properties().filter(({ schema }) => schema['airbyte_secret'] === true);
    expect(secrets.map(({ name }) => name)).toContain('api_token');
    for (const { name, schema } of properties()) {
      if (names.test(name)) expect([name, schema['type'], schema['airbyte_secret']]).toEqual([name, 'string', true]);
    }
    for (const { schema } of secrets) expect(schema['type']).toBe('string');
  });

  test('test_property_type_is_not_array, test_object_not_empty, test_array_type', () => {
    expect(properties().length).toBeGreaterThan(15);
    for (const { schema } of properties()) {
      expect(['string', 'integer', 'number', 'boolean', 'array']).toContain(schema['type']);
      if (schema['type'] !== 'array') continue;
      expect(isJsonObject(schema['items']) && schema['items']['type']).toMatch(/^(object|string|number|integer)$/);
    }
  });

  test('test_forbidden_complex_types, test_defined_refs_exist_in_json_spec_file', () => {
    const forbidden = [
      'not',
      'anyOf',
      'patternProperties',
      'prefixItems',
      'allOf',
      'if',
      'then',
      'else',
      'dependentSchemas',
      'dependentRequired',
      '$ref',
    ];
    for (const { path, schema } of nodes) {
      if (path.at(-1) === 'properties') continue;
      for (const key of forbidden) expect(schema).not.toHaveProperty([key]);
    }
  });

  test('test_date_pattern, test_date_format: a date-time has the pattern of the date picker, and the other way round', () => {
    const pickers = {
      'date-time': '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$',
      date: '^[0-9]{2}-[0-9]{2}-[0-9]{4}$',
    };
    for (const { schema } of properties()) {
      for (const [format, pattern] of Object.entries(pickers)) {
        expect(schema['format'] === format).toBe(schema['pattern'] === pattern);
      }
    }
  });

  test('test_duplicate_order, test_nested_group: every setting has its own place in a group that there is', () => {
    const groups = Array.isArray(specification['groups']) ? specification['groups'] : [];
    const ids = groups.flatMap((group) => (isJsonObject(group) ? [group['id']] : []));
    const places = properties().map(
      ({ schema }) => `${JSON.stringify(schema['group'])} ${JSON.stringify(schema['order'])}`,
    );
    expect(new Set(places).size).toBe(places.length);
    for (const { path, schema } of nodes) {
      if (!('group' in schema)) continue;
      expect(path).toHaveLength(2);
      expect(ids).toContain(schema['group']);
      expect(schema['order']).toEqual(expect.any(Number));
    }
  });

  test('test_additional_properties_is_true', () => {
    for (const { schema } of nodes) expect(schema['additionalProperties'] ?? true).toBe(true);
  });

  test('test_oauth_flow_parameters, test_oauth_is_default_method: there is no OAuth', () => {
    expect(run.messages[0]).not.toHaveProperty('spec.advanced_auth');
  });

  test('every setting says what it is, and what form it must have', () => {
    for (const { name, schema } of properties()) {
      expect([name, schema['title'], schema['description']]).toEqual([name, expect.any(String), expect.any(String)]);
      if ('pattern' in schema) expect([name, schema['pattern_descriptor']]).toEqual([name, expect.any(String)]);
    }
  });
});
