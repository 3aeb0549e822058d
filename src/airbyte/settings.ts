import type { Logger } from '../base/logger.js';
import type { Redactor } from '../base/redactor.js';
import { redactSecrets, secretsOf, settingsOfFile } from '../config/given-settings.js';
import { readSettings, settingsSchema, type Settings } from '../config/settings.js';

/**
 * Reads the configuration file of a run. Its secrets are redacted from everything that is told from here on.
 *
 * @throws ConfigError naming the file and the key, never a value
 */
export async function readConfigFile(path: string, redactor: Redactor, logger: Logger): Promise<Settings> {
  const given = await settingsOfFile(path);
  redactSecrets(given.values, secretsOf(settingsSchema), redactor);
  const settings = readSettings([given], (warning) => logger.log('warning', warning));
  for (const key of ['flattening_enabled', 'emit_activate_version_messages']) {
    if (given.values[key] === true) logger.log('warning', `${path}: ${key} is for Singer alone; it is ignored`);
  }
  return settings;
}
