import { transform } from 'esbuild';

/** The name that `import.meta.url` has in the code that {@link asCommonJs} takes. */
export const URL_OF_BUNDLE = 'urlOfBundle';

/**
 * Turns a chunk that esbuild has split off, an ES module, into a CommonJS one. esbuild splits ES modules alone, and Node
 * takes half as long again to load these: its loader for them is slow to start, and slow for each file.
 */
export async function asCommonJs(chunk: string): Promise<string> {
  const usesUrl = new RegExp(`\\b${URL_OF_BUNDLE}\\b`).test(chunk);
  const url = `const ${URL_OF_BUNDLE} = require('node:url').pathToFileURL(__filename).href;\n`;
  const { code } = await transform(usesUrl ? url + chunk : chunk, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // `import()` would go through the loader of ES modules again.
    supported: { 'dynamic-import': false },
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
  });
  return code;
}
