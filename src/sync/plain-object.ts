import { LosslessNumber } from 'lossless-json';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';

/** An object of the API, not a number that only looks like one because it is kept as text. */
export function isPlainObject(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && !(value instanceof LosslessNumber);
}
