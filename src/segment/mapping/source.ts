import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';

/** Where a value of a call comes from: a column of the row, or the mapping file itself. */
export type Source = ColumnSource | { readonly value: JsonValue };

export interface ColumnSource {
  /** Keys from the top of the row. */
  readonly path: readonly string[];
  /** Put before the value, which is then text. */
  readonly prefix: string;
}

/**
 * Reads a source as the mapping file has it: `"payload.space.id"`, `{"column": "payload.space.id", "prefix": "space_"}`
 * (`column` may be a list of keys, for keys with a dot), or `{"value": "EUR"}`.
 *
 * @returns what is wrong with it, where it is none of these
 */
export function readSource(given: JsonValue | undefined): Source | string {
  if (typeof given === 'string') return columnSource(given, '');
  if (!isJsonObject(given)) return 'must be the name of a column, {"column": ...} or {"value": ...}';
  const { column, value, prefix = '', ...others } = given;
  const [other] = Object.keys(others);
  if (other !== undefined) return `has the key ${other}, which means nothing here (column, prefix and value do)`;
  if (value !== undefined) {
    if (column === undefined && given['prefix'] === undefined) return { value };
    return 'has a value; a column or a prefix beside it means nothing';
  }
  if (typeof prefix !== 'string') return 'must have a prefix that is text';
  if (column === undefined) return 'must have a column or a value';
  return columnSource(column, prefix);
}

function columnSource(column: JsonValue, prefix: string): Source | string {
  const path = typeof column === 'string' ? column.split('.') : column;
  const isPath = Array.isArray(path) && path.length > 0 && path.every((key) => typeof key === 'string' && key !== '');
  return isPath ? { path: path.map(String), prefix } : 'must name a column: keys with dots between, or a list of keys';
}

/** The value of a row; undefined where the row has none, or null. */
export function valueOf(source: Source, row: JsonObject): JsonValue | undefined {
  if ('value' in source) return source.value;
  let value: JsonValue | undefined = row;
  for (const key of source.path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  if (value === null || value === undefined) return undefined;
  return source.prefix === ''
    ? value
    : source.prefix + (typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/** What a schema says of a column. */
export type ColumnKnowledge = 'known' | 'unknown' | 'impossible';

/** Whether rows of that schema have the column; `unknown` where the schema leaves it open. */
export function lookUp(source: ColumnSource, schema: JsonObject): ColumnKnowledge {
  let place: JsonValue | undefined = schema;
  for (const key of source.path) {
    if (!isJsonObject(place) || !isJsonObject(place['properties'])) return 'known';
    const properties: JsonObject = place['properties'];
    const additionalProperties: JsonValue | undefined = place['additionalProperties'];
    if (!Object.hasOwn(properties, key)) return additionalProperties === true ? 'unknown' : 'impossible';
    place = properties[key];
  }
  return 'known';
}
