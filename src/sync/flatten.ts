import { stringify } from 'lossless-json';
import { ConfigError } from '../base/errors.js';
import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../base/json.js';
import { cleanJson } from '../base/json-text.js';
import { flatKey, type FlatKeyOptions } from './flat-key.js';
import { isPlainObject } from './plain-object.js';
import { unchanged, type Shape } from './shape.js';

export interface FlattenOptions extends FlatKeyOptions {
  /** How many levels of objects become columns; deeper ones become JSON text. 0 flattens nothing. */
  readonly maxDepth: number;
}

/**
 * Turns nested objects into columns `payload__initiator__email`, as the Meltano SDK does (`flattening_enabled`): objects
 * without known properties, arrays, and objects below the depth become JSON text. The interop suite compares the two.
 */
export function flatten(schema: JsonObject, options: FlattenOptions): Shape {
  if (options.maxDepth === 0) return unchanged(schema);
  const properties = flatProperties(schema, [], options);
  return {
    schema: { ...schema, properties },
    apply: (row) => {
      const flat: JsonObject = {};
      flattenInto(flat, row, [], properties, options);
      return flat;
    },
    readsLetters: true,
  };
}

function flatProperties(schema: JsonObject, parents: readonly string[], options: FlattenOptions): JsonObject {
  const flat: JsonObject = {};
  const add = (key: string, property: JsonValue): void => {
    if (Object.hasOwn(flat, key)) {
      throw new ConfigError(`Flattening makes two columns called ${key}: choose another flattening_separator`);
    }
    setOwn(flat, key, property);
  };
  const { properties } = schema;
  if (!isJsonObject(properties)) return flat;
  for (const [name, property] of Object.entries(properties)) {
    const key = flatKey(parents, name, options);
    if (!isJsonObject(property)) continue;
    const types = [property['type'] ?? []].flat();
    if (types.includes('object') && isJsonObject(property['properties']) && parents.length < options.maxDepth) {
      const inner = flatProperties(property, [...parents, name], options);
      for (const [innerKey, innerProperty] of Object.entries(inner)) {
        if (innerProperty !== undefined) add(innerKey, innerProperty);
      }
    } else if (types.includes('array') || types.includes('object')) {
      add(key, { type: types.includes('null') ? ['string', 'null'] : 'string' });
    } else {
      // A catalog that was written by hand may name no type.
      add(key, types.length === 0 ? { type: ['null', 'string'] } : property);
    }
  }
  return flat;
}

function flattenInto(
  flat: JsonObject,
  node: JsonObject,
  parents: readonly string[],
  properties: JsonObject,
  options: FlattenOptions,
): void {
  for (const name in node) {
    const key = flatKey(parents, name, options);
    const value = node[name] as JsonValue;
    if (isPlainObject(value) && !Object.hasOwn(properties, key) && parents.length < options.maxDepth) {
      flattenInto(flat, value, [...parents, name], properties, options);
    } else {
      setOwn(flat, key, isPlainObject(value) || Array.isArray(value) ? jsonText(value) : value);
    }
  }
}

/** JSON as Python prints it for the SDK: ASCII alone. NULs and lone surrogates are gone as everywhere in a record. */
function jsonText(value: JsonValue): string {
  const { text } = cleanJson(stringify(value) ?? 'null');
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
