import { readdir, readFile } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that each sample fell into. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Both counted from 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
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
  const maps = await sourceMapsOf(nodes);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  return nodes.map((node) => {
    const places: Place[] = [];
    for (let at: ProfileNode | undefined = node; at !== undefined; at = byId.get(parents.get(at.id) ?? -1)) {
      places.push({ name: at.callFrame.functionName, module: moduleOf(at.callFrame, maps) });
    }
    return { places, seconds: (micros.get(node.id) ?? 0) / 1e6 };
  });
}

/** The source maps of the bundles that the functions are in, by the bundles' URLs. */
async function sourceMapsOf(nodes: readonly ProfileNode[]): Promise<Map<string, SourceMap>> {
  const bundles = new Set(nodes.map(({ callFrame }) => callFrame.url).filter((url) => url.endsWith('.mjs')));
  const maps = new Map<string, SourceMap>();
  for (const url of bundles) {
    maps.set(url, new SourceMap(JSON.parse(await readFile(`${fileURLToPath(url)}.map`, 'utf8')) as SourceMapPayload));
  }
  return maps;
}

/** The module that a function was written in. @throws where the bundle's source map does not know */
function moduleOf({ url, lineNumber, columnNumber }: CallFrame, maps: ReadonlyMap<string, SourceMap>): string {
  const map = maps.get(url);
  if (map === undefined) return url;
  const entry = map.findEntry(lineNumber, columnNumber);
  const source = 'originalSource' in entry ? entry.originalSource : '';
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? /.*\/(src\/.+)$/.exec(source)?.[1];
  // The bundle's own frame, and what the bundler has put in.
  return name ?? (lineNumber === 0 ? 'the bundle' : source);
}
