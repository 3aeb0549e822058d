import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that each sample fell into. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** A function, and where it comes from: `src/circle/page.ts`, `node:buffer`, `axios`, or nothing where V8 does not say. */
export interface Place {
  readonly name: string;
  readonly module: string;
}

/** A place in the call tree: the function and those that it was called from, the nearest first; its own time. */
export interface Stack {
  readonly places: readonly Place[];
  readonly seconds: number;
}

/** Reads what `node --cpu-prof --cpu-prof-dir=FOLDER` wrote. */
export async function readCpuProfiles(folder: string): Promise<Stack[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  if (files.length === 0) throw new Error(`no profile in ${folder}`);
  return (await Promise.all(files.map(async (name) => readCpuProfile(join(folder, name))))).flat();
}

async function readCpuProfile(file: string): Promise<Stack[]> {
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
  const micros = new Map<number, number>();
  for (const [place, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[place] ?? 0));
  const modules = await modulesOf(nodes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  return nodes.map((node) => {
    const places: Place[] = [];
    for (let at: ProfileNode | undefined = node; at !== undefined; at = byId.get(parents.get(at.id) ?? -1)) {
      const { functionName, url, lineNumber } = at.callFrame;
      places.push({ name: functionName, module: modules.get(url)?.[lineNumber] ?? url });
    }
    return { places, seconds: (micros.get(node.id) ?? 0) / 1e6 };
  });
}

/** The module of each line of each bundle, from the comments that the bundler puts before modules. */
async function modulesOf(nodes: readonly ProfileNode[]): Promise<Map<string, string[]>> {
  const bundles = new Set(nodes.map(({ callFrame }) => callFrame.url).filter((url) => url.startsWith('file:')));
  const modules = new Map<string, string[]>();
  for (const url of bundles) {
    let module = '';
    const lines = (await readFile(fileURLToPath(url), 'utf8')).split('\n').map((line) => {
      const path = /^\s*\/\/(?:#region)? ((?:src|node_modules)\/\S+)$/.exec(line)?.[1];
      if (path !== undefined) module = path.replace(/^node_modules\/((?:@[^/]+\/)?[^/]+)\/.*$/, '$1');
      return module;
    });
    if (module === '') throw new Error(`${url} does not say which module a line is of`);
    modules.set(url, lines);
  }
  return modules;
}
