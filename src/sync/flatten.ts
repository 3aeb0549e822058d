import { stringify } from 'lossless-json';
import { ConfigError } from '../base/errors.js';
import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../base/json.js';
import { isPlainObject } from './plain-object.js';
import type { Shape } from './shape.js';

export interface FlattenOptions {
  /** How many levels of objects become columns; deeper ones become JSON text. */
  readonly maxDepth: number;
  readonly separator: string;
}

/**
 * Turns nested objects into columns `payload__initiator__email`, as the Meltano SDK does (`flattening_enabled`): objects
 * without known properties, arrays, and objects below the depth become JSON text.
 */
export function flatten(schema: JsonObject, options: FlattenOptions): Shape {
  const properties = flatProperties(schema, '', 0, options);
  return {
    schema: { ...schema, properties },
    apply: (row) => {
      const flat: JsonObject = {};
      flattenInto(flat, row, '', 0, properties, options);
      return flat;
    },
  };
}

function flatProperties(schema: JsonObject, prefix: string, level: number, options: FlattenOptions): JsonObject {
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
    const key = prefix + name;
    if (!isJsonObject(property)) continue;
    const types = [property['type']].flat();
    if (types.includes('object') && isJsonObject(property['properties']) && level < options.maxDepth) {
      const inner = flatProperties(property, key + options.separator, level + 1, options);
      for (const [innerKey, innerProperty] of Object.entries(inner)) {
        if (innerProperty !== undefined) add(innerKey, innerProperty);
      }
    } else if (types.includes('array') || (types.includes('object') && options.maxDepth > 0)) {
      add(key, { type: types.includes('null') ? ['string', 'null'] : 'string' });
    } else {
      add(key, property);
    }
  }
  return flat;
}

function flattenInto(
  flat: JsonObject,
  node: JsonObject,
  prefix: string,
  level: number,
  properties: JsonObject,
  options: FlattenOptions,
): void {
  for (const name in node) {
    const key = prefix + name;
    const value = node[name] as JsonValue;
    if (isPlainObject(value) && !Object.hasOwn(properties, key) && level < options.maxDepth) {
      flattenInto(flat, value, key + options.separator, level + 1, properties, options);
    } else {
      setOwn(flat, key, isPlainObject(value) || Array.isArray(value) ? (stringify(value) ?? 'null') : value);
    }
  }
}
