import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** The node that each sample fell into. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** A function and the functions that it was called from, the nearest first. */
export interface Stack {
  readonly functions: readonly { readonly name: string; readonly url: string }[];
  readonly seconds: number;
}

/** Reads the one profile that `node --cpu-prof --cpu-prof-dir=FOLDER` wrote: self time of each place in the call tree. */
export async function readCpuProfile(folder: string): Promise<Stack[]> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`no profile in ${folder}`);
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
  const micros = new Map<number, number>();
  for (const [place, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[place] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  return nodes.map((node) => {
    const functions = [];
    for (let at: ProfileNode | undefined = node; at !== undefined; at = byId.get(parents.get(at.id) ?? -1)) {
      functions.push({ name: at.callFrame.functionName, url: at.callFrame.url });
    }
    return { functions, seconds: (micros.get(node.id) ?? 0) / 1e6 };
  });
}
