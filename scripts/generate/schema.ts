import type { Field, Stream } from './api.js';

/** A JSON Schema of the few shapes that every Singer target takes. */
export interface JsonSchema {
  readonly type: string | readonly [string, 'null'];
  readonly format?: 'date-time';
  readonly description: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: true;
}

/** The schema of a stream's rows: `payload` is the union of all payloads, object by object. */
export function schemaOf(stream: Stream): JsonSchema {
  const never = [stream.key, stream.bookmark];
  const payload = properties(stream.objects, ({ description, fields }) =>
    openObject(description, properties(fields, nullableScalar)),
  );
  return {
    type: 'object',
    description: stream.description,
    properties: properties(stream.envelope, (field) => {
      if (field.type === 'object') return openObject(field.description, payload);
      return never.includes(field.name) ? scalar(field) : nullableScalar(field);
    }),
    required: never,
    additionalProperties: true,
  };
}

/** All that is to be said about a field. In the schema too, since targets copy descriptions into their tables. */
export function describe({ description, constant, personal }: Field): string {
  const always = constant === undefined ? '' : ` Always \`${constant}\`.`;
  return `${description}${always}${personal ? ' Personal data.' : ''}`;
}

type Properties = Readonly<Record<string, JsonSchema>>;

function properties<T extends { readonly name: string }>(
  items: readonly T[],
  schema: (item: T) => JsonSchema,
): Properties {
  return Object.fromEntries(items.map((item) => [item.name, schema(item)]));
}

/** Circle adds fields, so every object is open; without `properties` where the reference shows none. */
function openObject(description: string, known: Properties): JsonSchema {
  return {
    type: ['object', 'null'],
    description,
    ...(Object.keys(known).length === 0 ? {} : { properties: known }),
    additionalProperties: true,
  };
}

function nullableScalar(field: Field): JsonSchema {
  return { ...scalar(field), type: [scalarType(field), 'null'] };
}

/** UUIDs and e-mail addresses are plain text: a target that checks formats should not stop at one that is odd. */
function scalar(field: Field): JsonSchema {
  return {
    type: scalarType(field),
    ...(field.type === 'date-time' ? { format: 'date-time' } : {}),
    description: describe(field),
  };
}

function scalarType({ type }: Field): string {
  return type === 'integer' || type === 'boolean' ? type : 'string';
}
