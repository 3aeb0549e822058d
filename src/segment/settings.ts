import type { JsonObject } from '../base/json.js';
import type { GivenSettings } from '../config/given-settings.js';
import { mergeSettings, oneOf } from '../config/merge-settings.js';
import validateSettings from '../generated/validate-segment-settings.js';
import schema from './settings.schema.json' with { type: 'json' };

/** The settings of `settings.schema.json`, checked, with their defaults; null for what was not set. */
export interface TargetSettings {
  readonly writeKey: string;
  readonly host: string;
  readonly userIdFrom: 'public_uid' | 'email' | 'id' | 'map_file' | 'none';
  readonly userIdMapFile: string | null;
  readonly identify: 'on_change' | 'lifecycle' | 'never';
  readonly communityGroupId: string | null;
  readonly includeTraits: boolean;
  readonly unknownEvents: 'forward' | 'skip' | 'fail';
  readonly systemEvents: 'send' | 'skip';
  readonly mappingFile: string | null;
  readonly eventsPerSecond: number;
  readonly onError: 'fail' | 'dead_letter';
  readonly deadLetterFile: string | null;
  readonly requestTimeoutSeconds: number;
  readonly maxRetrySeconds: number;
  readonly closeTimeoutSeconds: number;
  readonly logFormat: 'auto' | 'text' | 'json';
}

/** The settings' own schema: the one list that `--about` and the check come from. */
export const targetSettingsSchema: JsonObject = schema;

/**
 * Puts the sources together, later ones over earlier, and checks the whole.
 *
 * @param warn told of keys that are no settings
 * @throws ConfigError naming the source and the key, and what was expected; never a value, since one is the write key
 */
export function readTargetSettings(sources: readonly GivenSettings[], warn: (message: string) => void): TargetSettings {
  const { whole, fail } = mergeSettings(sources, targetSettingsSchema, validateSettings, warn);
  const settings = typed(whole);
  if (settings.writeKey === '') fail('write_key', 'must not be empty');
  if (!URL.canParse(settings.host)) fail('host', 'must be a URL');
  if (settings.onError === 'dead_letter' && settings.deadLetterFile === null) {
    fail('dead_letter_file', 'is missing: on_error dead_letter needs a file to write to');
  }
  if (settings.userIdFrom === 'map_file' && settings.userIdMapFile === null) {
    fail('user_id_map_file', 'is missing: user_id_from map_file needs a file to read');
  }
  return settings;
}

/** The validated object, with its types told to the compiler: each was checked against the schema just before. */
function typed(whole: JsonObject): TargetSettings {
  const text = (key: string): string | null => {
    const value = whole[key];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const number = (key: string): number => Number(whole[key]);
  return {
    writeKey: text('write_key') ?? '',
    host: text('host') ?? '',
    userIdFrom: oneOf(whole['user_id_from'], ['public_uid', 'email', 'id', 'map_file', 'none']),
    userIdMapFile: text('user_id_map_file'),
    identify: oneOf(whole['identify'], ['on_change', 'lifecycle', 'never']),
    communityGroupId: text('community_group_id'),
    includeTraits: whole['include_traits'] === true,
    unknownEvents: oneOf(whole['unknown_events'], ['forward', 'skip', 'fail']),
    systemEvents: oneOf(whole['system_events'], ['send', 'skip']),
    mappingFile: text('mapping_file'),
    eventsPerSecond: number('events_per_second'),
    onError: oneOf(whole['on_error'], ['fail', 'dead_letter']),
    deadLetterFile: text('dead_letter_file'),
    requestTimeoutSeconds: number('request_timeout_seconds'),
    maxRetrySeconds: number('max_retry_seconds'),
    closeTimeoutSeconds: number('close_timeout_seconds'),
    logFormat: oneOf(whole['log_format'], ['auto', 'text', 'json']),
  };
}
