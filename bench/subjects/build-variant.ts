import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rolldown';
import { bundle } from '../../scripts/bundle/bundle.js';
import { leanAxios } from '../../scripts/bundle/lean-axios.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A text that stands once in a file of the source, and what is put in its place. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Bundles one file of the source with readable names and source maps, some of it changed: to measure what a part costs, or
 * where time goes.
 *
 * @returns the path of the bundle
 * @throws where the source does not have the text of a change exactly once
 */
export async function buildVariant(entry: string, outdir: string, changes: readonly Change[] = []): Promise<string> {
  await bundle(resolve(root, entry), [changer(changes), leanAxios()], {
    dir: outdir,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    keepNames: true,
    sourcemap: true,
  });
  return join(outdir, `${basename(entry, '.ts')}.mjs`);
}

function changer(changes: readonly Change[]): Plugin {
  return {
    name: 'changer',
    transform(code, id) {
      let contents = code;
      for (const { file, from, to } of changes) {
        if (!id.endsWith(`${sep}${file}`)) continue;
        if (contents.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`);
        contents = contents.replace(from, () => to);
      }
      return contents === code ? null : contents;
    },
  };
}
