import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../base/json.js';
import { isPlainObject } from './plain-object.js';

/** What a stream's records look like when they leave: the schema, and the way from the API's row to the record. */
export interface Shape {
  readonly schema: JsonObject;
  /** null where rows leave as they are, so that their own text can be passed on. */
  readonly apply: ((row: JsonObject) => JsonObject) | null;
  /** Whether `apply` looks at the letters of strings, and not only at which keys there are. */
  readonly readsLetters: boolean;
}

/** Records that leave as the API's rows. */
export function unchanged(schema: JsonObject): Shape {
  return { schema, apply: null, readsLetters: false };
}

/** Applies a second change after a first. */
export function chain(shape: Shape, next: (schema: JsonObject) => Shape): Shape {
  const then = next(shape.schema);
  const { schema } = then;
  const readsLetters = shape.readsLetters || then.readsLetters;
  const [first, second] = [shape.apply, then.apply];
  if (first === null || second === null) return { schema, apply: first ?? second, readsLetters };
  return { schema, apply: (row) => second(first(row)), readsLetters };
}

/** A place in a schema as the names of nested properties: `['payload', 'initiator', 'email']`. */
export type PropertyPath = readonly string[];

/** Keys to leave out of an object, and objects in it that keys are left out of. */
interface Cut {
  readonly drop: Set<string>;
  readonly inside: Map<string, Cut>;
}

/**
 * Leaves deselected properties out of the schema (`properties` and `required`) and of every record. What the schema does
 * not know passes unchanged: nothing is dropped because the API grew.
 */
export function select(schema: JsonObject, isSelected: (path: PropertyPath) => boolean): Shape {
  const cut: Cut = { drop: new Set(), inside: new Map() };
  const dropped: PropertyPath[] = [];
  const pruned = pruneSchema(schema, [], cut, (path) => {
    if (isSelected(path)) return true;
    dropped.push(path);
    return false;
  });
  if (dropped.length === 0) return unchanged(schema);
  // Keys that are left out have to be found by their letters.
  const readsLetters = /[\u0080-\uffff]/.test(dropped.flat().join(''));
  return { schema: pruned, apply: (row) => withoutKeys(row, cut), readsLetters };
}

function pruneSchema(
  schema: JsonObject,
  path: PropertyPath,
  cut: Cut,
  isSelected: (path: PropertyPath) => boolean,
): JsonObject {
  const { properties, required } = schema;
  if (!isJsonObject(properties)) return schema;
  const kept: JsonObject = {};
  for (const [key, property] of Object.entries(properties)) {
    const inner = [...path, key];
    if (!isSelected(inner)) {
      cut.drop.add(key);
    } else if (isJsonObject(property)) {
      const innerCut: Cut = { drop: new Set(), inside: new Map() };
      setOwn(kept, key, pruneSchema(property, inner, innerCut, isSelected));
      if (innerCut.drop.size > 0 || innerCut.inside.size > 0) cut.inside.set(key, innerCut);
    } else if (property !== undefined) {
      setOwn(kept, key, property);
    }
  }
  const pruned: JsonObject = { ...schema, properties: kept };
  if (Array.isArray(required)) {
    pruned['required'] = required.filter((key) => typeof key !== 'string' || !cut.drop.has(key));
  }
  return pruned;
}

function withoutKeys(row: JsonObject, cut: Cut): JsonObject {
  const kept: JsonObject = {};
  for (const key in row) {
    if (cut.drop.has(key)) continue;
    const value = row[key] as JsonValue;
    const inside = cut.inside.get(key);
    setOwn(kept, key, inside !== undefined && isPlainObject(value) ? withoutKeys(value, inside) : value);
  }
  return kept;
}
