import type { LogLevel } from '../base/logger.js';
import type { StderrLogger } from './stderr-logger.js';

/**
 * Whether a runner asks for structured logs: Meltano puts the path of a Python logging configuration that names the
 * Meltano SDK's structured formatter into `SINGER_SDK_LOG_CONFIG`.
 */
async function wantsStructuredLogs(env: NodeJS.ProcessEnv): Promise<boolean> {
  const path = env['SINGER_SDK_LOG_CONFIG'];
  if (path === undefined || path === '') return false;
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.includes('StructuredFormatter');
}

/** Sets a logger up by the setting `log_format`; `auto` is as the runner asks. */
export async function setLogFormat(
  logger: StderrLogger,
  format: 'auto' | 'text' | 'json',
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const isJson = format === 'json' || (format === 'auto' && (await wantsStructuredLogs(env)));
  logger.format = isJson ? 'json' : 'text';
}

/** The level that `TAP_CIRCLE_LOGLEVEL` or `LOGLEVEL` names, as for other Singer taps. */
export function logLevelOf(env: NodeJS.ProcessEnv, prefix: string): LogLevel {
  const name = (env[`${prefix}LOGLEVEL`] ?? env['LOGLEVEL'] ?? '').toLowerCase();
  const levels: readonly LogLevel[] = ['debug', 'info', 'warning', 'error', 'critical'];
  return levels.find((level) => level === name || (name === 'warn' && level === 'warning')) ?? 'info';
}
