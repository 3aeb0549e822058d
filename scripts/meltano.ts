/**
 * Writes the tap's capabilities and settings into examples/meltano/meltano.yml, from what `--about` tells.
 *
 *     npx tsx scripts/meltano.ts              writes the file
 *     npx tsx scripts/meltano.ts --check      changes nothing; fails where it is not what would be written
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { meltanoProject } from './generate/meltano.js';

const path = 'examples/meltano/meltano.yml';
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const committed = await readFile(path, 'utf8');
const made = await meltanoProject(committed);

if (!values.check) {
  await writeFile(path, made);
} else if (made !== committed) {
  console.error(`${path} is not what \`npx tsx scripts/meltano.ts\` makes`);
  process.exitCode = 1;
}
