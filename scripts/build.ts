import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { asCommonJs, URL_OF_BUNDLE } from './bundle/common-js.js';
import { helpTexts } from './bundle/help.js';
import { leanAxios } from './bundle/lean-axios.js';
import { validators } from './validators.js';

/** `--out FOLDER`: where to build to, for a run beside others that build or use `dist`. */
const { out } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } }).values;

/** One file an executable, with what is loaded only at need in chunks beside it. */
const executables = ['tap-circle', 'source-circle', 'target-segment', 'circle-sandbox'];

for (const [path, text] of [...(await validators()), ...(await helpTexts())]) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
await rm(out, { recursive: true, force: true });
const result = await build({
  entryPoints: executables.map((name) => `src/cli/${name}.ts`),
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  metafile: true,
  minifySyntax: true,
  // Names of classes stand in messages.
  keepNames: true,
  legalComments: 'none',
  define: { 'import.meta.url': URL_OF_BUNDLE },
  plugins: [leanAxios],
  write: false,
});
for (const { path, text } of result.outputFiles) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await asCommonJs(text), { mode: text.startsWith('#!') ? 0o755 : 0o644 });
}
// The package's own manifest says that its files are ES modules, as its sources are.
await writeFile(join(out, 'package.json'), '{"type":"commonjs"}\n');
await writeFile(join(out, 'THIRD_PARTY_LICENSES.txt'), await licences(result.metafile));

/** The licences of the packages whose code is in the bundles. */
async function licences(metafile: Metafile): Promise<string> {
  const packages = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
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
