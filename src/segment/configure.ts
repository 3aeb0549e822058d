import { ConfigError, UsageError } from '../base/errors.js';
import { isJsonObject } from '../base/json.js';
import type { Redactor } from '../base/redactor.js';
import { settingsOfEnvironment } from '../config/environment.js';
import { readJsonFile } from '../config/json-file.js';
import type { GivenSettings } from '../config/settings.js';
import { wantsStructuredLogs } from '../io/log-format.js';
import type { StderrLogger } from '../io/stderr-logger.js';
import { readTargetSettings, targetSettingsSchema, type TargetSettings } from './settings.js';

/** What the command line asks of the target. */
export interface TargetCommand {
  /** Files, or `ENV`. Later ones win, the environment over all. */
  readonly config: readonly string[];
  /** Print the calls instead of sending them. */
  readonly dryRun: boolean;
}

/** Prefix of the variables that `--config=ENV` reads. */
export const ENVIRONMENT_PREFIX = 'TARGET_SEGMENT_';

/** Nothing is sent in a dry run, so none is needed there; the ids of messages are made of it. */
const DRY_WRITE_KEY = { from: 'the dry run', values: { write_key: 'dry-run' } };

/**
 * Reads the settings, and sets up the logger by them. The write key is a secret from then on.
 *
 * @throws UsageError where no source was named; ConfigError where a setting is wrong
 */
export async function configure(
  { config, dryRun }: TargetCommand,
  around: { readonly env: NodeJS.ProcessEnv; readonly redactor: Redactor; readonly logger: StderrLogger },
): Promise<TargetSettings> {
  const { env, redactor, logger } = around;
  if (config.length === 0 && !dryRun) {
    throw new UsageError('--config is missing: name a file with settings, or ENV for the environment');
  }
  const sources: GivenSettings[] = [];
  for (const path of config.filter((name) => name !== 'ENV')) {
    const values = await readJsonFile(path, 'configuration');
    if (!isJsonObject(values)) throw new ConfigError(`${path}: the configuration must be a JSON object`);
    sources.push({ from: path, values });
  }
  if (config.includes('ENV')) sources.push(settingsOfEnvironment(env, ENVIRONMENT_PREFIX, targetSettingsSchema));
  for (const { values } of sources) {
    const writeKey = values['write_key'];
    if (typeof writeKey === 'string') redactor.add(writeKey);
  }
  const warnings: string[] = [];
  const settings = readTargetSettings(dryRun ? [DRY_WRITE_KEY, ...sources] : sources, (text) => warnings.push(text));
  const { logFormat } = settings;
  const isJson = logFormat === 'json' || (logFormat === 'auto' && (await wantsStructuredLogs(env)));
  logger.format = isJson ? 'json' : 'text';
  for (const warning of warnings) logger.log('warning', warning);
  return settings;
}
