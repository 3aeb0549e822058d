import { hash } from 'node:crypto';
import { stringify } from 'lossless-json';
import { ConfigError } from '../base/errors.js';
import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../base/json.js';
import { isPlainObject } from './plain-object.js';
import { chain, unchanged, type PropertyPath, type Shape } from './shape.js';
import type { SelectedStream } from './sink.js';
import { streams as allStreams } from './streams.js';

export interface HashSettings {
  /** Paths of fields with dots between: `payload.initiator.email`. */
  readonly hashFields: readonly string[];
  readonly hashSalt: string;
}

/**
 * Puts the SHA-256 of a salt and the value's text in the place of the values of some fields (`hash_fields`). To be
 * applied before flattening: the paths are those of the API's rows.
 *
 * @throws ConfigError where a path is no field of any stream, is an object, or is a key
 */
export function withHashedFields<Stream extends SelectedStream>(
  streams: readonly Stream[],
  settings: HashSettings,
): Stream[] {
  const { hashFields, hashSalt } = settings;
  if (hashFields.length === 0) return [...streams];
  const paths = hashFields.map((field) => field.split('.'));
  const schemas = [...allStreams.map(({ schema }) => schema), ...streams.map(({ rowSchema }) => rowSchema)];
  for (const [index, path] of paths.entries()) checkPath(path, `hash_fields[${index}]`, schemas);
  return streams.map((stream) => {
    const isOwn = (path: PropertyPath): boolean =>
      [stream.definition.schema, stream.rowSchema].some((schema) => fieldAt(schema, path) !== undefined);
    return { ...stream, shape: chain(stream.shape, (schema) => hashed(schema, paths.filter(isOwn), hashSalt)) };
  });
}

/**
 * The shape of records whose fields at these paths are hashed, also fields that the schema does not have: a catalog may
 * have lost them, and rows still bring them.
 */
export function hashed(schema: JsonObject, paths: readonly PropertyPath[], salt: string): Shape {
  if (paths.length === 0) return unchanged(schema);
  const places = placesOf(paths);
  return {
    schema: hashedSchema(schema, places),
    apply: (row) => hashedRow(row, places, salt),
    readsLetters: true,
  };
}

function checkPath(path: PropertyPath, key: string, schemas: readonly JsonObject[]): void {
  const name = path.join('.');
  if (allStreams.some(({ keyProperties, replicationKey }) => [...keyProperties, replicationKey].includes(name))) {
    throw new ConfigError(`${key}: ${name} must stay as it is: rows are told apart and found again by it`);
  }
  const fields = schemas.map((schema) => fieldAt(schema, path)).filter((field) => field !== undefined);
  if (fields.length === 0) {
    const list = allStreams.map((stream) => stream.name).join(' or ');
    throw new ConfigError(`${key}: "${name}" is not a field of ${list}; write it as docs/streams.md does`);
  }
  if (fields.some(({ type }) => [type].flat().some((one) => one === 'object' || one === 'array'))) {
    throw new ConfigError(`${key}: ${name} is an object; name the fields in it that shall be hashed`);
  }
}

function fieldAt(schema: JsonObject, path: PropertyPath): JsonObject | undefined {
  let field: JsonObject = schema;
  for (const name of path) {
    const { properties } = field;
    const next = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isJsonObject(next)) return undefined;
    field = next;
  }
  return field;
}

/** Which keys of an object are hashed (`null`), and in which there are more. */
type Places = Map<string, Places | null>;

function placesOf(paths: readonly PropertyPath[]): Places {
  const places: Places = new Map();
  for (const path of paths) {
    let inside = places;
    for (const name of path.slice(0, -1)) {
      const next: Places = inside.get(name) ?? new Map<string, Places | null>();
      inside.set(name, next);
      inside = next;
    }
    inside.set(path.at(-1) ?? '', null);
  }
  return places;
}

function hashedSchema(schema: JsonObject, places: Places): JsonObject {
  const { properties } = schema;
  if (!isJsonObject(properties)) return schema;
  const changed = { ...properties };
  for (const [name, inside] of places) {
    const property = properties[name];
    if (!isJsonObject(property)) continue;
    setOwn(changed, name, inside === null ? hashedProperty(property) : hashedSchema(property, inside));
  }
  return { ...schema, properties: changed };
}

/** Whatever it was, it is text now. */
function hashedProperty({ description }: JsonObject): JsonObject {
  const says = typeof description === 'string' ? { description: `SHA-256 of: ${description}` } : {};
  return { type: ['string', 'null'], ...says };
}

function hashedRow(row: JsonObject, places: Places, salt: string): JsonObject {
  const changed = { ...row };
  for (const [name, inside] of places) {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (value === undefined || value === null) continue;
    // Where the API sends something else than an object, that is hashed: nothing of it may leave readable.
    const isInside = inside !== null && isPlainObject(value);
    setOwn(changed, name, isInside ? hashedRow(value, inside, salt) : hash('sha256', salt + textOf(value)));
  }
  return changed;
}

/** A number with the digits that the API sent. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : (stringify(value) ?? 'null');
}
