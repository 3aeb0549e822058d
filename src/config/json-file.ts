import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import { ConfigError, messageOf } from '../base/errors.js';
import type { JsonValue } from '../base/json.js';

/**
 * Reads a JSON file that the user named.
 *
 * @param what its part in the run, for the message: `configuration`, `catalog`, `state`
 * @throws ConfigError naming the file, without its text (a configuration holds a secret)
 */
export async function readJsonFile(path: string, what: string): Promise<JsonValue> {
  let text: string;
  try {
    // Not node:fs/promises, which is not loaded otherwise: that takes longer than all the reading.
    text = await promisify(readFile)(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${path}: the ${what} file cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (text.trim() === '') throw new ConfigError(`${path}: the ${what} file is empty; JSON was expected`);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as JsonValue;
  } catch (cause) {
    throw new ConfigError(`${path}: the ${what} file is not valid JSON${placeOf(cause, text)}`);
  }
}

/** Node's message quotes the text around the fault; only the place is passed on. */
function placeOf(cause: unknown, text: string): string {
  const said = messageOf(cause);
  const offset = /position (\d+)/.exec(said)?.[1];
  if (offset === undefined) return said.includes('end of JSON') ? '; it ends too early' : '';
  const before = text.slice(0, Number(offset)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}
