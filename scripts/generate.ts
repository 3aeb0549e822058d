/**
 * Makes everything that follows from openapi/circle-data-api.yaml (schemas, catalog, data dictionary, event names), from
 * spec.json (the README's table of settings, the Meltano project) and from the mapping of target-segment (its guide).
 *
 *     npm run generate              writes the files
 *     npm run generate -- --check   changes nothing; fails where a file is not what would be written
 *
 * Works on the package in the current folder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatedFiles, staleFiles } from './generate/files.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = process.cwd();
const files = await generatedFiles(root);

if (values.check) {
  for (const path of await staleFiles(root, files)) {
    console.error(`${path} is not what \`npm run generate\` makes`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
