import type { DeliveryProblem } from './problem.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * How long to wait before the next attempt, in milliseconds. Segment's hint wins, as it stands and with no jitter taken
 * off; without one, waits double from half a second to half a minute, each between half and the whole of it, so that a
 * server that comes back is found soon.
 *
 * @param attempts so far, from 1
 * @param random a number from 0 to 1
 */
export function waitBeforeRetry({ retryAfterMs }: DeliveryProblem, attempts: number, random: number): number {
  if (retryAfterMs !== null) return retryAfterMs + random * 250;
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1));
  return full / 2 + (random * full) / 2;
}
