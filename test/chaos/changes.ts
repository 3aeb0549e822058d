import type { Sandbox } from '../../src/sandbox/index.js';
import { streamNames, type StreamName } from '../../src/sandbox/rows.js';
import type { Visible } from './books.js';
import type { Chance } from './chance.js';
import { requestsOf } from './journal.js';

/** Rows that change before and while a run reads. */
export interface Changes {
  readonly added: number;
  readonly late: number;
  readonly deleted: number;
}

/** How long ago a late row may have been created: within the lookback, with room for the history to take its time. */
const MOST_LATE_MS = 200_000;

/**
 * Adds rows, lets some become visible later than they were created, and takes some away: now, or between two requests of
 * the run that comes.
 *
 * @param visible the rows that there are
 * @param now the server's clock, in milliseconds since 1970
 */
export function makeChanges(chance: Chance, sandbox: Sandbox, visible: Visible, now: number): Changes {
  const done = { added: 0, late: 0, deleted: 0 };
  for (const stream of streamNames) {
    if (chance.happens(0.6)) done.added += add(chance, sandbox, stream);
    if (chance.happens(0.4)) done.late += addLate(chance, sandbox, stream, now);
    if (chance.happens(0.35)) done.deleted += remove(chance, sandbox, stream, visible);
  }
  return done;
}

function add(chance: Chance, sandbox: Sandbox, stream: StreamName): number {
  const count = chance.between(1, 60);
  // Half of the time one burst, else rows of their own.
  return sandbox.addRows({ stream, count, step_us: chance.pick([0, 0, 1, 700]) }).length;
}

function addLate(chance: Chance, sandbox: Sandbox, stream: StreamName, now: number): number {
  const createdAt = new Date(now - chance.below(MOST_LATE_MS)).toISOString();
  const soon = { after_request: requestsOf(sandbox, stream) + chance.between(1, 6) };
  const visibleAt = chance.pick([soon, soon, new Date(now + chance.between(50, 2500)).toISOString()]);
  return sandbox.addRows({ stream, count: chance.between(1, 8), created_at: createdAt, visible_at: visibleAt }).length;
}

function remove(chance: Chance, sandbox: Sandbox, stream: StreamName, visible: Visible): number {
  const ids = [...visible.values()].filter((_, index) => index % 2 === 0).map(({ id }) => id);
  const chosen = chance.some(ids, chance.between(1, 12));
  const [some, others] = [chosen.filter((_, index) => index % 2 === 0), chosen.filter((_, index) => index % 2 === 1)];
  sandbox.deleteRows(some);
  sandbox.deleteRows(others, { deleted_at: { after_request: requestsOf(sandbox, stream) + chance.between(1, 6) } });
  return chosen.length;
}
