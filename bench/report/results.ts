import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { Ajv } from 'ajv';
import type { Machine } from './machine.js';
import type { Findings } from './section.js';

/** What a section found, and where and when. */
export interface Result extends Findings {
  readonly date: string;
  /** The commit that was measured. */
  readonly commit: string;
  readonly machine: Machine;
}

/** By the name of the section. */
export type Results = Readonly<Record<string, Result>>;

const path = fileURLToPath(new URL('../results.json', import.meta.url));

const strings = { type: 'array', items: { type: 'string' } };
/** Enough of it to know the file for one that this program wrote. */
const isResults = new Ajv().compile<Results>({
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['date', 'commit', 'machine', 'text', 'goals', 'tables', 'charts'],
    properties: {
      text: strings,
      goals: { type: 'array', items: { required: ['what', 'figure', 'wanted', 'reached'], type: 'object' } },
      tables: { type: 'array', items: { required: ['columns', 'rows'], type: 'object' } },
      charts: { type: 'array', items: { required: ['name', 'kind', 'points'], type: 'object' } },
    },
  },
});

/** What earlier runs found; nothing where there is no file. @throws where the file is another one */
export async function readResults(): Promise<Results> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  const results: unknown = JSON.parse(text);
  if (!isResults(results)) throw new Error(`${path} is not as this program writes it`);
  return results;
}

export async function writeResults(results: Results): Promise<void> {
  await writeFormatted(path, JSON.stringify(results));
}

/** Writes a file as the project's formatter wants it. */
export async function writeFormatted(file: string, text: string): Promise<void> {
  const options = await resolveConfig(file);
  await writeFile(file, await format(text, { ...options, filepath: file }));
}
