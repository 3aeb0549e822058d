import { parse } from 'yaml';
import { Place } from './place.js';

export const fieldTypes = ['string', 'integer', 'boolean', 'date-time', 'uuid', 'email', 'object'] as const;

/** Type of a field: its format where it has one. */
export type FieldType = (typeof fieldTypes)[number];

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string;
  /** The one value of the field, where it can have no other. */
  readonly constant: string | undefined;
  /** Whether the field tells who a person is, or where. */
  readonly personal: boolean;
}

/** An object of payloads, under the name that it has in each of them. */
export interface PayloadObject {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

export interface EventKind {
  readonly name: string;
  readonly description: string;
  /** Names of the objects in its payload. */
  readonly objects: readonly string[];
}

export interface Stream {
  readonly name: string;
  readonly description: string;
  readonly path: string;
  readonly key: string;
  readonly bookmark: string;
  /** The fields of a row; of these `payload` alone is an object. */
  readonly envelope: readonly Field[];
  readonly kinds: readonly EventKind[];
  /** The objects of all kinds together, each once. */
  readonly objects: readonly PayloadObject[];
}

/** What the OpenAPI document says that the generated files need. */
export interface Api {
  readonly streams: readonly Stream[];
  readonly notInFeed: readonly string[];
}

/** Reads the OpenAPI document: each of its paths is a stream, and `x-stream` tells what Singer needs to know of it. */
export function readApi(yaml: string): Api {
  const document = new Place(parse(yaml));
  return {
    streams: document
      .at('paths')
      .entries()
      .map(([path, methods]) => readStream(document, path, methods.at('get'))),
    notInFeed: document
      .at('info', 'x-not-in-feed')
      .items()
      .map((item) => item.text()),
  };
}

function readStream(document: Place, path: string, operation: Place): Stream {
  const stream = operation.at('x-stream');
  const page = operation.at('responses', '200', 'content', 'application/json', 'schema');
  const row = page.at('properties', 'events', 'items');
  const kinds = row.optional('oneOf')?.items() ?? [row];
  return {
    name: stream.at('name').text(),
    description: stream.at('description').text(),
    path,
    key: stream.at('key').text(),
    bookmark: stream.at('bookmark').text(),
    envelope: readFields(document.at('components', 'schemas', 'Envelope')),
    kinds: kinds.map(readKind),
    objects: unite(document, kinds),
  };
}

function readKind(kind: Place): EventKind {
  const name = kind.at('properties', 'name', 'const').text();
  // The discriminator finds a schema by its name.
  if (kind.name !== name) throw kind.error(`is not named "${name}"`);
  return {
    name,
    description: kind.at('description').text(),
    objects: payloadOf(kind).map(([object]) => object),
  };
}

/** The objects of all payloads, in the order of `components.schemas`, which has the most useful ones first. */
function unite(document: Place, kinds: readonly Place[]): PayloadObject[] {
  const objects = new Map<string, Place>();
  for (const [name, object] of kinds.flatMap(payloadOf)) {
    // A column means one thing, whatever the event.
    if ((objects.get(name) ?? object).name !== object.name) throw object.error(`is not the only "${name}"`);
    objects.set(name, object);
  }
  const order = document
    .at('components', 'schemas')
    .entries()
    .map(([schema]) => schema);
  return [...objects]
    .sort(([, a], [, b]) => order.indexOf(a.name) - order.indexOf(b.name))
    .map(([name, object]) => ({ name, description: object.at('description').text(), fields: readFields(object) }));
}

function payloadOf(kind: Place): [string, Place][] {
  return kind.at('properties', 'payload', 'properties').entries();
}

function readFields(schema: Place): Field[] {
  const fields = schema.optional('properties')?.entries() ?? [];
  return fields.map(([name, field]) => ({
    name,
    type: readType(field),
    description: field.at('description').text(),
    constant: field.optional('const')?.text(),
    personal: field.optional('x-personal-data')?.flag() ?? false,
  }));
}

function readType(field: Place): FieldType {
  const type = field.at('type');
  const types = type.isArray() ? type.items().map((item) => item.text()) : [type.text()];
  const [only, ...others] = types.filter((name) => name !== 'null');
  const text = field.optional('format')?.text() ?? only;
  const known = fieldTypes.find((name) => name === text);
  if (known === undefined || others.length > 0) throw field.error('has a type that no column can have');
  return known;
}
