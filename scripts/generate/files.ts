import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readApi } from './api.js';
import { catalogOf } from './catalog.js';
import { dictionaryOf } from './dictionary.js';
import { eventNamesOf } from './event-names.js';
import { meltanoProject } from './meltano.js';
import { readmeOf } from './readme.js';
import { schemaOf } from './schema.js';
import { segmentDoc } from './segment-doc.js';

const source = 'openapi/circle-data-api.yaml';

/**
 * Everything in a package that is generated from something else in it: path within it to text.
 *
 * @param root folder of the package
 */
export async function generatedFiles(root: string): Promise<Map<string, string>> {
  const api = readApi(await readFile(join(root, source), 'utf8'));
  const names = 'src/circle/event-names.ts';
  const guide = 'docs/segment.md';
  const guideText = await segmentDoc(join(root, guide), api);
  const readme = 'README.md';
  const readmeText = await readmeOf(join(root, readme));
  const meltano = 'examples/meltano/meltano.yml';
  const meltanoText = await readFile(join(root, meltano), 'utf8').catch(() => null);
  return new Map([
    ...api.streams.map((stream): [string, string] => [`schemas/${stream.name}.json`, json(schemaOf(stream))]),
    ['catalog.json', json(catalogOf(api.streams))],
    ['docs/streams.md', dictionaryOf(api)],
    [names, await pretty(join(root, names), eventNamesOf(api))],
    ...(readmeText === null ? [] : [[readme, await pretty(join(root, readme), readmeText)] as const]),
    ...(meltanoText === null ? [] : [[meltano, await meltanoProject(meltanoText)] as const]),
    ...(guideText === null ? [] : [[guide, await pretty(join(root, guide), guideText)] as const]),
  ]);
}

/** The paths of those files that are missing in the package or hold another text. */
export async function staleFiles(root: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, text] of files) {
    const committed = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (committed !== text) stale.push(path);
  }
  return stale;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function pretty(path: string, code: string): Promise<string> {
  return format(code, { ...(await resolveConfig(path)), filepath: path });
}
