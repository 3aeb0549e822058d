import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

/** @throws where a package comes without the text of its licence */
async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8')) as Record<
    string,
    string
  >;
  const head = `${String(name)} ${String(version)} (${String(license)})`;
  const file = (await readdir(folder)).find((found) => /^licen[cs]e[-.\w]*$/i.test(found));
  if (file !== undefined) return `${head}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}`;
  // Some have it at the end of their README.
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const text = /^License\n-+\n([\s\S]*)$/m.exec(readme)?.[1];
  if (text === undefined) throw new Error(`${folder} has no licence text`);
  return `${head}\n\n${text.trim()}`;
}
