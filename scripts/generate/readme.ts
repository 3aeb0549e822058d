import { readFile } from 'node:fs/promises';
import { settingsTable } from '../../src/config/about.js';
import { settingsSchema } from '../../src/config/settings.js';

const begin = '<!-- settings: made by `npm run generate` from spec.json -->';
const end = '<!-- /settings -->';

/**
 * The README with its table of settings made anew.
 *
 * @returns null where there is no README
 */
export async function readmeOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before === -1 || after === -1) throw new Error(`${path}: the marks of the settings table are missing`);
  return `${text.slice(0, before)}${begin}\n\n${settingsTable(settingsSchema)}\n\n${text.slice(after)}`;
}
