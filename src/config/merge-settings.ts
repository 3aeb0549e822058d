import type { ValidateFunction } from 'ajv';
import { ConfigError } from '../base/errors.js';
import { isJsonObject, setOwn, type JsonObject } from '../base/json.js';
import { complaintOf } from '../base/schema-check.js';
import type { GivenSettings } from './given-settings.js';

/** The settings of all sources together, checked against their schema. */
export interface MergedSettings {
  /** What was given. */
  readonly given: JsonObject;
  /** The same, with defaults for what was not. */
  readonly whole: JsonObject;
  /**
   * Says what else is wrong.
   *
   * @throws ConfigError naming the source and the key, and what was expected; never a value, since some are secrets
   */
  readonly fail: (key: string, expected: string) => never;
}

/**
 * Puts the sources together, later ones over earlier, and checks the whole.
 *
 * @param validate compiled from `schema`
 * @param warn told of keys that are no settings
 * @throws ConfigError, see {@link MergedSettings.fail}
 */
export function mergeSettings(
  sources: readonly GivenSettings[],
  schema: JsonObject,
  validate: ValidateFunction,
  warn: (message: string) => void,
): MergedSettings {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const given: JsonObject = {};
  const origin = new Map<string, string>();
  for (const { from, values } of sources) {
    for (const [key, value] of Object.entries(values)) {
      if (!Object.hasOwn(properties, key)) warn(`${from}: ${key} is not a setting of this program; it is ignored`);
      // Meltano and Airbyte write null for what is not set.
      else if (value !== undefined && value !== null) {
        setOwn(given, key, value);
        origin.set(key, from);
      }
    }
  }
  const fallback = sources.map(({ from }) => from).join(', ') || 'the configuration';
  const fail = (path: string, expected: string): never => {
    const key = /^[^.[]*/.exec(path)?.[0] ?? '';
    throw new ConfigError(`${origin.get(key) ?? fallback}: ${path || 'the configuration'} ${expected}`);
  };
  const complaint = complaintOf(validate, given);
  if (complaint !== null) fail(complaint.path, complaint.expected);
  return { given, whole: withDefaults(given, properties), fail };
}

function withDefaults(given: JsonObject, properties: JsonObject): JsonObject {
  const whole: JsonObject = {};
  for (const [key, property] of Object.entries(properties)) {
    const value = given[key] ?? (isJsonObject(property) ? property['default'] : undefined);
    if (value !== undefined) whole[key] = value;
  }
  return whole;
}

/** A value that its schema bounds to these choices, with its type told to the compiler. */
export function oneOf<const Choice extends string>(value: unknown, choices: readonly [Choice, ...Choice[]]): Choice {
  return choices.find((choice) => choice === value) ?? choices[0];
}
