import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import type { GivenSettings } from './given-settings.js';

/**
 * Reads settings from the environment (`--config=ENV`): `TAP_CIRCLE_<KEY>`, each turned into the type that its schema
 * names. A value that cannot be turned stays text, for the check of the whole to complain about.
 *
 * @param prefix `TAP_CIRCLE_`
 * @param schema the settings' JSON schema
 */
export function settingsOfEnvironment(env: NodeJS.ProcessEnv, prefix: string, schema: JsonObject): GivenSettings {
  const values: JsonObject = {};
  const { properties } = schema;
  for (const [key, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
    const text = env[prefix + key.toUpperCase()];
    if (text !== undefined && text !== '' && isJsonObject(property)) values[key] = cast(text, property['type']);
  }
  return { from: `the environment (${prefix}*)`, values };
}

function cast(text: string, type: JsonValue | undefined): JsonValue {
  const trimmed = text.trim();
  switch (type) {
    case 'integer':
    case 'number':
      return trimmed === '' || Number.isNaN(Number(trimmed)) ? text : Number(trimmed);
    case 'boolean':
      if (/^(true|1|yes|on)$/i.test(trimmed)) return true;
      return /^(false|0|no|off)$/i.test(trimmed) ? false : text;
    case 'array':
      return list(trimmed);
    default:
      return text;
  }
}

/** A JSON array, or names with commas between. */
function list(text: string): JsonValue {
  try {
    const parsed = JSON.parse(text) as JsonValue;
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Not JSON.
  }
  return text.split(',').map((part) => part.trim());
}
