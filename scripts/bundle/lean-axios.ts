import { resolve } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Parts of axios, and packages and modules of Node behind them, that no request of ours reaches: each is a GET over
 * HTTP/1.1 by the `http` adapter, without redirects and without a body. Loading them all the same took twice as long as
 * Node takes to start: the fetch adapter alone makes Node load its own HTTP client.
 *
 * Put in their place is what axios puts there itself in its builds for browsers (`lib/helpers/null.js`): null, or what
 * its modules want to see while they are loaded. By the names that axios imports them by.
 */
const left: Readonly<Record<string, string>> = {
  './xhr.js': 'export default null',
  './fetch.js': 'export const getFetch = () => null',
  '../helpers/formDataToStream.js': 'export default null',
  '../helpers/readBlob.js': 'export default null',
  '../helpers/Http2Sessions.js': 'export default class Http2Sessions {}',
  'form-data': 'export default null',
  'follow-redirects': 'export default {}',
  http2: 'export default null',
  // For the boundaries of forms.
  crypto: 'export default null',
};

/** What only some requests need is loaded by the first of them: a proxy before an https address, TLS. */
const deferred: Readonly<Record<string, string>> = {
  'https-proxy-agent': `const load = () => require('https-proxy-agent');
    // axios makes one with \`new\`, and asks whether an agent is one.
    export default new Proxy(class {}, {
      construct: (_, given) => new (load())(...given),
      get: (_, key) => key === Symbol.hasInstance ? (agent) => agent instanceof load() : load()[key],
    });`,
  https: `export default {
      get request() { return require('node:https').request; },
      get globalAgent() { return require('node:https').globalAgent; },
      get Agent() { return require('node:https').Agent; },
    };`,
};

const edits: readonly Edit[] = [
  // Globals that Node loads when they are asked for.
  // Whether there is a FormData: Node loads its own HTTP client to answer. That nothing is one is told without it.
  { file: /[\\/]axios[\\/]lib[\\/]utils\.js$/, line: 'const G = getGlobal();', by: 'const G = {};' },
  // A clock for the time that an exchange takes, which nobody reads; there is another where this one is missing.
  {
    file: /[\\/]axios[\\/]lib[\\/]core[\\/]dispatchRequest\.js$/,
    line: 'typeof performance !==',
    by: 'false && typeof performance !==',
  },
  // What stands in a proxy's address is percent-encoded: a name or password with an @ cannot be written otherwise.
  {
    file: /[\\/]axios[\\/]lib[\\/]adapters[\\/]http\.js$/,
    line: "proxyAuth = (proxyUsername || '') + ':' + (proxyPassword || '');",
    by: "proxyAuth = decodeURIComponentSafe(proxyUsername || '') + ':' + decodeURIComponentSafe(proxyPassword || '');",
  },
];

interface Edit {
  readonly file: RegExp;
  readonly line: string;
  readonly by: string;
}

const replacements = new Map(Object.entries({ ...left, ...deferred }));
const ofAxios = /[\\/]node_modules[\\/]axios[\\/]lib[\\/]/;
/** Modules that are not in files; their name goes on with what axios calls what they replace. */
const PREFIX = '\0lean-axios:';

/** Leaves out of a bundle what axios has and the tap does not use. Fails where axios no longer imports one of them. */
export function leanAxios(): Plugin {
  const met = new Set<string>();
  let isIn = false;
  return {
    name: 'lean-axios',
    resolveId(name, importer) {
      if (importer === undefined) return null;
      // What stands in for a package may need the package itself.
      if (importer.startsWith(PREFIX)) return this.resolve(name, resolve('package.json'));
      if (!ofAxios.test(importer)) return null;
      isIn = true;
      if (!replacements.has(name)) return null;
      met.add(name);
      return PREFIX + name;
    },
    load: (id) => (id.startsWith(PREFIX) ? replacements.get(id.slice(PREFIX.length)) : null),
    transform(code, id) {
      for (const { file, line, by } of edits) {
        if (!file.test(id)) continue;
        if (!code.includes(line)) this.error(`axios no longer has: ${line}`);
        return code.replace(line, by);
      }
      return null;
    },
    buildEnd() {
      const missed = [...replacements.keys()].filter((name) => !met.has(name));
      if (isIn && missed.length > 0) this.error(`axios no longer imports ${missed.join(', ')}`);
    },
  };
}
