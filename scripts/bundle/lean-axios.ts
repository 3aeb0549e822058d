import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Parts of axios, and packages and modules of Node behind them, that no request of ours reaches: each is a GET over
 * HTTP/1.1 by the `http` adapter, without redirects and without a body. Loading them all the same took twice as long as
 * Node takes to start: the fetch adapter alone makes Node load its own HTTP client.
 *
 * Put in their place is what axios puts there itself in its builds for browsers (`lib/helpers/null.js`): null, or what
 * its modules want to see while they are loaded.
 */
const left: readonly Replacement[] = [
  { what: /^\.\/xhr\.js$/, by: 'export default null' },
  { what: /^\.\/fetch\.js$/, by: 'export const getFetch = () => null' },
  { what: /^\.\.\/helpers\/(?:formDataToStream|readBlob)\.js$/, by: 'export default null' },
  { what: /^\.\.\/helpers\/Http2Sessions\.js$/, by: 'export default class Http2Sessions {}' },
  { what: /^form-data$/, by: 'export default null' },
  { what: /^follow-redirects$/, by: 'export default {}' },
  { what: /^http2$/, by: 'export default null' },
  // For the boundaries of forms.
  { what: /^crypto$/, by: 'export default null' },
];

/** What only some requests need is loaded by the first of them: a proxy before an https address, TLS. */
const deferred: readonly Replacement[] = [
  {
    what: /^https-proxy-agent$/,
    by: `const load = () => require('https-proxy-agent');
      // axios makes one with \`new\`, and asks whether an agent is one.
      export default new Proxy(class {}, {
        construct: (_, given) => new (load())(...given),
        get: (_, key) => key === Symbol.hasInstance ? (agent) => agent instanceof load() : load()[key],
      });`,
  },
  {
    what: /^https$/,
    by: `export default {
      get request() { return require('node:https').request; },
      get globalAgent() { return require('node:https').globalAgent; },
      get Agent() { return require('node:https').Agent; },
    };`,
  },
];

/** Globals that Node loads when they are asked for. */
const untouched: readonly Edit[] = [
  // Whether there is a FormData: Node loads its own HTTP client to answer. That nothing is one is told without it.
  { file: /[\\/]axios[\\/]lib[\\/]utils\.js$/, line: 'const G = getGlobal();', by: 'const G = {};' },
  // A clock for the time that an exchange takes, which nobody reads; there is another where this one is missing.
  {
    file: /[\\/]axios[\\/]lib[\\/]core[\\/]dispatchRequest\.js$/,
    line: 'typeof performance !==',
    by: 'false && typeof performance !==',
  },
];

interface Edit {
  readonly file: RegExp;
  readonly line: string;
  readonly by: string;
}

interface Replacement {
  /** As axios imports it. */
  readonly what: RegExp;
  readonly by: string;
}

const replacements = [...left, ...deferred];
const ofAxios = /[\\/]node_modules[\\/]axios[\\/]lib[\\/]/;

/** Leaves out of the bundles what axios has and the tap does not use. Fails where axios no longer imports one of them. */
export const leanAxios: Plugin = {
  name: 'lean-axios',
  setup(build) {
    const met = new Set<Replacement>();
    for (const replacement of replacements) {
      build.onResolve({ filter: replacement.what }, ({ importer, path, resolveDir }) => {
        if (!ofAxios.test(importer)) return undefined;
        met.add(replacement);
        return { path, namespace: 'lean-axios', pluginData: { by: replacement.by, resolveDir } };
      });
    }
    build.onLoad({ filter: /./, namespace: 'lean-axios' }, ({ pluginData }) => {
      const { by, resolveDir } = pluginData as { readonly by: string; readonly resolveDir: string };
      return { contents: by, resolveDir };
    });
    for (const { file, line, by } of untouched) {
      build.onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!text.includes(line)) return { errors: [{ text: `axios no longer has: ${line}` }] };
        return { contents: text.replace(line, by) };
      });
    }
    build.onEnd(() => {
      const missed = replacements.filter((replacement) => !met.has(replacement));
      if (missed.length === 0) return undefined;
      const text = `axios no longer imports ${missed.map(({ what }) => String(what)).join(', ')}`;
      return { errors: [{ text }] };
    });
  },
};
