import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleExecutable } from './bundle/executable.js';
import { helpTexts } from './bundle/help.js';
import { validators } from './validators.js';

/** `--out FOLDER`: where to build to, for a run beside others that build or use `dist`. */
const { out } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } }).values;

const executables = ['tap-circle', 'source-circle', 'target-segment', 'circle-sandbox'];

for (const [path, text] of [...(await validators()), ...(await helpTexts())]) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
await rm(out, { recursive: true, force: true });
const modules: string[] = [];
for (const name of executables) modules.push(...(await bundleExecutable(name, out)));
// The package's own manifest says that its files are ES modules, as its sources are.
await writeFile(join(out, 'package.json'), '{"type":"commonjs"}\n');
await writeFile(join(out, 'THIRD_PARTY_LICENSES.txt'), await licences());

/** The licences of the packages whose code is in the bundles. */
async function licences(): Promise<string> {
  const packages = new Set<string>();
  for (const path of modules) {
    const found = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path)?.[1];
    if (found !== undefined) packages.add(found);
  }
  const texts = await Promise.all([...packages].sort().map(licenceOf));
  return texts.join(`\n\n${'-'.repeat(80)}\n\n`) + '\n';
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Record<
    string,
    string
  >;
  const head = `${String(name)} ${String(version)} (${String(license)})`;
  for (const file of ['LICENSE', 'LICENSE.md', 'license', 'LICENCE', 'LICENSE.txt']) {
    const text = await readFile(`${folder}/${file}`, 'utf8').catch(() => null);
    if (text !== null) return `${head}\n\n${text.trim()}`;
  }
  return head;
}
