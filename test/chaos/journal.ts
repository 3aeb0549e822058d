import { faultKinds } from '../../src/sandbox/fault-table.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { StreamName } from '../../src/sandbox/rows.js';
import { micros } from '../support/tap.js';

/** How many requests a stream has had, or both together. */
export function requestsOf(sandbox: Sandbox, stream?: StreamName): number {
  if (stream === undefined) return sandbox.stats.requests;
  return (
    sandbox.requests.findLast((entry) => entry.stream === stream && entry.streamNumber !== null)?.streamNumber ?? 0
  );
}

/**
 * By when the sync of each stream had started, by the server's clock, in microseconds: when its first page was asked for
 * that nothing was wrong with, and a second more, since the tap reads that off a Date in whole seconds.
 *
 * @param behind how many requests there had been before the run
 */
export function startsOf(sandbox: Sandbox, behind: number): Map<StreamName, bigint> {
  const starts = new Map<StreamName, bigint>();
  for (const { number, stream, status, faults, at } of sandbox.requests) {
    if (number === null || number <= behind || stream === null || starts.has(stream)) continue;
    if (status === 200 && faults.length === 0) starts.set(stream, micros(at) + 1_000_000n);
  }
  return starts;
}

/**
 * How often each fault was applied, by the sandbox's books. Where several strike one request, the first that answers in
 * the API's stead does, and those that would change a page have none.
 */
export function appliedFaults(sandbox: Sandbox): Map<string, number> {
  const applied = new Map<string, number>();
  const add = (name: string, times: number): void => {
    applied.set(name, (applied.get(name) ?? 0) + times);
  };
  for (const { faults } of sandbox.requests) {
    const replying = faults.find((name) => faultKinds.get(name)?.reply !== undefined);
    for (const name of faults) {
      const isOnWire = faultKinds.get(name)?.delivery !== undefined;
      if (replying === undefined || name === replying || isOnWire) add(name, 1);
    }
  }
  // Those that change the sizes of pages are not of single requests: the journal does not name them, the count does.
  for (const [name, times] of sandbox.faults.struck) if (faultKinds.get(name)?.size !== undefined) add(name, times);
  return applied;
}
