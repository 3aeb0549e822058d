import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A text that stands once in a file of the source, and what is put in its place. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Bundles one file of the source with readable names and a comment before each module (`// src/...`), some of it changed: to measure what a part costs, or where time
 * goes.
 *
 * @returns the path of the bundle
 * @throws where the source does not have the text of a change exactly once
 */
export async function buildVariant(entry: string, outdir: string, changes: readonly Change[] = []): Promise<string> {
  await build({
    entryPoints: [entry],
    absWorkingDir: root,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node20.19',
    charset: 'utf8',
    plugins: [changer(changes)],
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
  });
  return join(outdir, `${basename(entry, '.ts')}.mjs`);
}

function changer(changes: readonly Change[]): Plugin {
  return {
    name: 'changer',
    setup: (context) => {
      for (const file of new Set(changes.map((change) => change.file))) {
        context.onLoad({ filter: new RegExp(`src/.*/${basename(file)}$`) }, async ({ path }) => {
          if (!path.endsWith(file)) return null;
          let contents = await readFile(path, 'utf8');
          for (const { from, to } of changes.filter((change) => change.file === file)) {
            if (contents.split(from).length !== 2) throw new Error(`${file} does not have once: ${from}`);
            contents = contents.replace(from, () => to);
          }
          return { contents, loader: 'ts' };
        });
      }
    },
  };
}
