import specification from '../../spec.json' with { type: 'json' };
import { parseInstant, type Instant } from '../base/instant.js';
import type { JsonObject } from '../base/json.js';
import validateConfig from '../generated/validate-config.js';
import type { GivenSettings } from './given-settings.js';
import { mergeSettings, oneOf } from './merge-settings.js';

/** The settings of `spec.json`, checked, with their defaults. */
export interface Settings {
  readonly apiToken: string;
  readonly baseUrl: string;
  readonly authScheme: 'auto' | 'Bearer' | 'Token';
  readonly eventsPath: string;
  readonly visitsPath: string;
  readonly startDate: Instant | null;
  readonly endDate: Instant | null;
  readonly eventNames: readonly string[];
  readonly pageSize: number;
  readonly lookbackSeconds: number;
  readonly maxConcurrency: number;
  readonly requestsPerMinute: number;
  readonly requestTimeoutSeconds: number;
  readonly maxRetrySeconds: number;
  readonly validateRecords: 'off' | 'warn' | 'fail';
  readonly hashFields: readonly string[];
  readonly hashSalt: string;
  readonly flatteningEnabled: boolean;
  readonly flatteningMaxDepth: number;
  readonly flatteningMaxKeyLength: number;
  readonly flatteningSeparator: string;
  readonly emitActivateVersionMessages: boolean;
  readonly logFormat: 'auto' | 'text' | 'json';
  readonly userAgent: string | null;
}

/** The settings' own schema: the one list that everything else comes from. */
export const settingsSchema: JsonObject = specification.connectionSpecification;

/**
 * Puts the sources together, later ones over earlier, and checks the whole.
 *
 * @param warn told of keys that are no settings
 * @throws ConfigError naming the source and the key, and what was expected; never a value, since one is the token
 */
export function readSettings(sources: readonly GivenSettings[], warn: (message: string) => void): Settings {
  const { given, whole, fail } = mergeSettings(sources, settingsSchema, validateConfig, warn);
  const settings = typed(whole);
  for (const key of ['start_date', 'end_date']) {
    if (given[key] !== undefined && parseInstant(given[key]) === null) fail(key, 'must be a date that exists');
  }
  if (settings.startDate !== null && settings.endDate !== null && settings.endDate < settings.startDate) {
    fail('end_date', 'must not be before start_date');
  }
  if (!URL.canParse(settings.baseUrl)) fail('base_url', 'must be a URL');
  if (settings.hashFields.length > 0 && settings.hashSalt === '') {
    warn('hash_fields is set without hash_salt: whoever knows an address can find its hash');
  }
  return settings;
}

/** The validated object, with its types told to the compiler: each was checked against `spec.json` just before. */
function typed(whole: JsonObject): Settings {
  const text = (key: string): string => {
    const value = whole[key];
    return typeof value === 'string' ? value : '';
  };
  const number = (key: string): number => Number(whole[key]);
  const list = (key: string): string[] => {
    const value = whole[key];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  };
  return {
    apiToken: text('api_token').trim(),
    baseUrl: text('base_url'),
    authScheme: oneOf(whole['auth_scheme'], ['auto', 'Bearer', 'Token']),
    eventsPath: text('events_path'),
    visitsPath: text('visits_path'),
    startDate: parseInstant(whole['start_date']),
    endDate: parseInstant(whole['end_date']),
    eventNames: list('event_names'),
    pageSize: number('page_size'),
    lookbackSeconds: number('lookback_seconds'),
    maxConcurrency: number('max_concurrency'),
    requestsPerMinute: number('requests_per_minute'),
    requestTimeoutSeconds: number('request_timeout_seconds'),
    maxRetrySeconds: number('max_retry_seconds'),
    validateRecords: oneOf(whole['validate_records'], ['off', 'warn', 'fail']),
    hashFields: list('hash_fields'),
    hashSalt: text('hash_salt'),
    flatteningEnabled: whole['flattening_enabled'] === true,
    flatteningMaxDepth: number('flattening_max_depth'),
    flatteningMaxKeyLength: number('flattening_max_key_length'),
    flatteningSeparator: text('flattening_separator'),
    emitActivateVersionMessages: whole['emit_activate_version_messages'] === true,
    logFormat: oneOf(whole['log_format'], ['auto', 'text', 'json']),
    userAgent: whole['user_agent'] === undefined ? null : text('user_agent'),
  };
}
