import { growingWait, hintedWait, retryAfterMillis } from '../base/retry-wait.js';

/** What the retry policy needs to know about a failed attempt. */
export interface FailedAttempt {
  /** Attempts so far, from 1. */
  readonly attempt: number;
  readonly status: number | undefined;
  /** Value of the header, if there was one. */
  readonly retryAfter: string | undefined;
  /** The server's clock at the answer, in milliseconds since 1970; ours where it sent none. */
  readonly serverNow: number;
}

/** Circle's advice for a 429 that does not say how long (Circle's API docs, "optimizing usage"). */
const BARE_429_SECONDS = 60;
const LONGEST_WAIT_MS = 60_000;

/**
 * How long to wait before the next attempt, in milliseconds. The server's hint wins, as it stands and with no jitter
 * taken off; without one, waits double from half a second to a minute, each between half and the whole of it.
 *
 * @param random a number from 0 to 1
 */
export function waitBeforeRetry(failed: FailedAttempt, random: number): number {
  const hint = retryAfterMillis(failed.retryAfter, failed.serverNow);
  if (hint !== null) return hintedWait(hint, random);
  if (failed.status === 429) return BARE_429_SECONDS * 1000 + random * 1000;
  return growingWait(failed.attempt, LONGEST_WAIT_MS, random);
}

/** Statuses that another attempt may change. */
export function isRetriedStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}
