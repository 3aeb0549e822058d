import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from './bundle.js';
import { leanAxios } from './lean-axios.js';

/**
 * Bundles an executable: `NAME.js`, and in the folder `NAME` beside it what is loaded only at need. To have it all in the
 * one file would make each start wait for code that it does not run (`npm run bench -- --only startup` measures it).
 *
 * @param isOneFile all the same: to measure that
 * @returns the paths of the modules that are in it
 */
export async function bundleExecutable(name: string, dir: string, isOneFile = false): Promise<string[]> {
  const { output } = await bundle(`src/cli/${name}.ts`, [leanAxios()], {
    dir,
    // Node takes half as long again to load ES modules.
    format: 'cjs',
    dynamicImportInCjs: false,
    codeSplitting: !isOneFile,
    entryFileNames: '[name].js',
    chunkFileNames: `${name}/[name].js`,
    minify: true,
    // Names of classes stand in messages.
    keepNames: true,
    comments: false,
  });
  await chmod(join(dir, `${name}.js`), 0o755);
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}
