import { ConfigError, UsageError } from '../base/errors.js';
import { isJsonObject, type JsonObject } from '../base/json.js';
import type { Redactor } from '../base/redactor.js';
import { settingsOfEnvironment } from './environment.js';
import { readJsonFile } from './json-file.js';

/** Settings as they were given, by one source. */
export interface GivenSettings {
  /** A file's name, or `the environment`, for messages. */
  readonly from: string;
  readonly values: JsonObject;
}

/** Where a program's settings come from, and which of them are secrets. */
export interface SettingsSources {
  /** What `--config` named: files, or `ENV`. */
  readonly config: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Of the variables that `ENV` reads: `TAP_CIRCLE_`. */
  readonly prefix: string;
  /** The settings' JSON schema. */
  readonly schema: JsonObject;
  readonly secrets: readonly string[];
  readonly redactor: Redactor;
}

/**
 * Reads what `--config` names, from the weakest to the strongest source: files in their order, then the environment.
 * Their secrets are redacted from everything that is told from here on.
 *
 * @throws ConfigError naming a file that cannot be read
 */
export async function givenSettings(sources: SettingsSources): Promise<GivenSettings[]> {
  const { config, env, prefix, schema, secrets, redactor } = sources;
  const given: GivenSettings[] = [];
  for (const path of config.filter((name) => name !== 'ENV')) given.push(await settingsOfFile(path));
  if (config.includes('ENV')) given.push(settingsOfEnvironment(env, prefix, schema));
  for (const { values } of given) redactSecrets(values, secrets, redactor);
  return given;
}

/** A configuration file's content as settings. */
export async function settingsOfFile(path: string): Promise<GivenSettings> {
  const values = await readJsonFile(path, 'configuration');
  if (!isJsonObject(values)) throw new ConfigError(`${path}: the configuration must be a JSON object`);
  return { from: path, values };
}

/** The settings that are secrets: their schema says so to Airbyte, too. */
export function secretsOf(schema: JsonObject): string[] {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(properties)
    .filter(([, property]) => isJsonObject(property) && property['airbyte_secret'] === true)
    .map(([key]) => key);
}

export function redactSecrets(values: JsonObject, secrets: readonly string[], redactor: Redactor): void {
  for (const key of secrets) {
    const secret = values[key];
    if (typeof secret === 'string') redactor.add(secret);
  }
}

/** What a command line without any source of settings is told. */
export function noSettings(): UsageError {
  return new UsageError('--config is missing: name a file with settings, or ENV for the environment');
}
