import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';

/** Kinds of JSON values, to be added up. An integer is a number as well, for those who ask for numbers. */
export const OBJECT = 1;
export const ARRAY = 2;
export const STRING = 4;
export const INTEGER = 8;
export const NUMBER = 16;
export const BOOLEAN = 32;
export const NULL = 64;
const ANYTHING = 127;

const kindsOfType: Readonly<Record<string, number>> = {
  object: OBJECT,
  array: ARRAY,
  string: STRING,
  integer: INTEGER,
  number: INTEGER | NUMBER,
  boolean: BOOLEAN,
  null: NULL,
};
const plainKeywords = new Set([
  'type',
  'properties',
  'required',
  'format',
  'description',
  'title',
  'additionalProperties',
]);
/** Keys that were seen are bits of an integer. */
const MOST_KEYS = 31;

/** What a value has to be so that its schema has nothing to say against it, for one who looks at its bytes. */
export interface RowGuide {
  /** Of which kinds it may be. */
  readonly kinds: number;
  /** Whether a string has to be a date and time. */
  readonly isTime: boolean;
  /** The keys that are known, as JSON: in quotes, and with the colon. */
  readonly keys: readonly Uint8Array[];
  /** What stands behind each of the keys. */
  readonly values: readonly RowGuide[];
  /** The keys that have to be there: the bit of each one's place. */
  readonly required: number;
}

/** Of what nothing is asked. */
export const anything: RowGuide = { kinds: ANYTHING, isTime: false, keys: [], values: [], required: 0 };

/**
 * Makes the guide of a schema.
 *
 * @returns null where the schema asks for something that is not looked at: a pattern, say, or the form of an array's items
 */
export function guideOf(schema: JsonObject): RowGuide | null {
  const { type, format, properties = {}, required = [], additionalProperties = true } = schema;
  if (Object.keys(schema).some((keyword) => !plainKeywords.has(keyword)) || additionalProperties !== true) return null;
  if (format !== undefined && format !== 'date-time') return null;
  const kinds = kindsOf(type);
  if (kinds === null || !isJsonObject(properties) || !Array.isArray(required)) return null;
  const names = Object.keys(properties);
  const values = names.map((name) => {
    const inner = properties[name];
    return isJsonObject(inner) ? guideOf(inner) : null;
  });
  const places = required.map((name) => (typeof name === 'string' ? names.indexOf(name) : -1));
  if (names.length > MOST_KEYS || values.includes(null) || places.includes(-1)) return null;
  return {
    kinds,
    isTime: format === 'date-time',
    keys: names.map((name) => Buffer.from(`${JSON.stringify(name)}:`)),
    values: values.filter((value) => value !== null),
    required: places.reduce((bits, place) => bits | (1 << place), 0),
  };
}

function kindsOf(type: JsonValue | undefined): number | null {
  if (type === undefined) return ANYTHING;
  let kinds = 0;
  for (const name of Array.isArray(type) ? type : [type]) {
    const kind = typeof name === 'string' ? kindsOfType[name] : undefined;
    if (kind === undefined) return null;
    kinds |= kind;
  }
  return kinds;
}
