import { deliveryFaults } from './fault-deliveries.js';
import type { FaultKind } from './fault-kind.js';
import { pageFaults } from './fault-pages.js';
import { replyFaults } from './fault-replies.js';

const table = { ...replyFaults, ...pageFaults, ...deliveryFaults };

/** A fault by its name, or `chaos`: any of those that a client which tries again can bear. */
export type FaultName = keyof typeof table | 'chaos';

/** Every fault that the sandbox knows, by name. */
export const faultKinds: ReadonlyMap<string, FaultKind> = new Map<string, FaultKind>(Object.entries(table));

/** What `chaos` chooses from. */
export const chaosFaults: readonly string[] = [...faultKinds].flatMap(([name, { chaos }]) => (chaos ? [name] : []));

/** Whether there is a fault of this name. */
export function isFaultName(name: string): name is FaultName {
  return name === 'chaos' || faultKinds.has(name);
}
