import type { Redactor } from '../base/redactor.js';
import { givenSettings, noSettings, type GivenSettings } from '../config/given-settings.js';
import { setLogFormat } from '../io/log-format.js';
import type { StderrLogger } from '../io/stderr-logger.js';
import { readTargetSettings, targetSettingsSchema, type TargetSettings } from './settings.js';

/** What the command line asks of the target. */
export interface TargetCommand {
  /** Files, or `ENV`. Later ones win, the environment over all. */
  readonly config: readonly string[];
  /** Print the calls instead of sending them. */
  readonly dryRun: boolean;
}

/** Nothing is sent in a dry run, so none is needed there; the ids of messages are made of it. */
const dryWriteKey: GivenSettings = { from: 'the dry run', values: { write_key: 'dry-run' } };

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
  if (config.length === 0 && !dryRun) throw noSettings();
  const given = await givenSettings({
    ...{ config, env, prefix: 'TARGET_SEGMENT_', schema: targetSettingsSchema },
    ...{ secrets: ['write_key'], redactor },
  });
  const warnings: string[] = [];
  const settings = readTargetSettings(dryRun ? [dryWriteKey, ...given] : given, (text) => warnings.push(text));
  await setLogFormat(logger, settings.logFormat, env);
  for (const warning of warnings) logger.log('warning', warning);
  return settings;
}
