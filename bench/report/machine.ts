import { execFile } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { peerVersions } from '../subjects/peers.js';

/** What the figures depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly peers: Readonly<Record<string, string>>;
}

/** @param withPeers whether the peers' environment is to be made where it is not there */
export async function thisMachine(withPeers: boolean): Promise<Machine> {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    system: `Linux ${release().split('-')[0] ?? ''}`,
    node: process.version,
    peers: withPeers ? await peerVersions() : {},
  };
}

/** The commit of the working tree, marked where something in src differs from it. */
export async function commitMeasured(): Promise<string> {
  const git = async (...args: string[]): Promise<string> => (await promisify(execFile)('git', args)).stdout.trim();
  const changed = await git('status', '--porcelain', '--', 'src', 'schemas', 'scripts', 'package.json');
  return `${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ' with changes that are not committed'}`;
}
