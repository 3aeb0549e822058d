import { ConfigError, ReportError, TokenError, WaitError, type ConnectorError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { growingWait, hintedWait } from '../../base/retry-wait.js';
import { sleep } from '../../base/sleep.js';
import type { TargetStats } from '../stats.js';
import type { Item } from './item.js';
import type { Outcome } from './batch-client.js';
import type { DeliveryProblem } from './problem.js';

/** What sends a batch in one request; see `BatchClient`. */
export interface Sender {
  send(calls: readonly Item['call'][], attempt: number): Promise<Outcome[]>;
}

export interface RetryingSenderOptions {
  readonly maxRetrySeconds: number;
  readonly stats: TargetStats;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** Resolves when so many calls may go; not asked for the first attempt of a batch, which has had its turn. */
  readonly waitForTurn: (calls: number) => Promise<void>;
  /** Ends all waiting: there shall be no more attempts. */
  readonly stopping: AbortSignal;
  readonly accept: (item: Item) => void;
  /** Deals with a call that Segment refuses. */
  readonly refuse: (item: Item, problem: DeliveryProblem) => Promise<void>;
}

/** Between two attempts: a server that comes back shall be found soon. */
const LONGEST_WAIT_MS = 30_000;
/** How often an outage is told of, at most. */
const TELL_EVERY_MS = 30_000;

/** Brings batches to Segment: again and again while it cannot answer, and in halves where it refuses one. */
export class RetryingSender {
  private readonly options: RetryingSenderOptions;
  /** Segment asked for a pause until then: all wait, in milliseconds since 1970. */
  private pausedUntil = 0;
  private lastTold = -Infinity;

  constructor(options: RetryingSenderOptions) {
    this.options = options;
  }

  /**
   * Resolves when each call of the batch is settled.
   *
   * @throws ConnectorError where that cannot be: the address or the write key is wrong, or the time for retries is over
   */
  async deliver(sender: Sender, batch: readonly Item[]): Promise<void> {
    const parts: (readonly Item[])[] = [batch];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const refused = await this.bring(sender, part, part === batch);
      const [only, ...others] = refused;
      if (only === undefined) continue;
      if (others.length === 0) {
        await this.options.refuse(only.item, only.problem);
        continue;
      }
      // One bad call makes Segment refuse all that are with it: halves find it, and the others arrive.
      const items = refused.map(({ item }) => item);
      const middle = Math.ceil(items.length / 2);
      parts.push(items.slice(middle), items.slice(0, middle));
    }
  }

  /** Tries until each call was accepted or refused, and answers the refused ones. */
  private async bring(sender: Sender, items: readonly Item[], hasTurn: boolean): Promise<Refused[]> {
    const { now, stopping, stats, random, accept } = this.options;
    const refused: Refused[] = [];
    let left = items;
    let firstFailure: number | null = null;
    for (let attempt = 0; ; attempt++) {
      await this.waitUntilAllowed(left.length, hasTurn && attempt === 0);
      const calls = left.map(({ call }) => call);
      const outcomes = await sender.send(calls, attempt);
      const again: Item[] = [];
      let problem: DeliveryProblem | null = null;
      for (const [index, item] of left.entries()) {
        const outcome = outcomes[index] ?? null;
        if (outcome === null) accept(item);
        else if (outcome.remedy === 'refused') refused.push({ item, problem: outcome });
        else {
          again.push(item);
          problem = outcome;
        }
      }
      if (problem === null) return refused;
      if (problem.remedy === 'never') throw errorOf(problem);
      firstFailure ??= now();
      const { retryAfterMs } = problem;
      const wait =
        retryAfterMs === null
          ? growingWait(attempt + 1, LONGEST_WAIT_MS, random())
          : hintedWait(retryAfterMs, random());
      this.throwIfOver(problem, attempt + 1, firstFailure, wait);
      this.tell(problem);
      if (retryAfterMs !== null) this.pausedUntil = Math.max(this.pausedUntil, now() + wait);
      await sleep(wait, stopping);
      stats.retries++;
      left = again;
    }
  }

  /** A turn that a pause outlasts is lost: else all that waited would go at once when it ends. */
  private async waitUntilAllowed(calls: number, hasTurn: boolean): Promise<void> {
    const { now, stopping, waitForTurn } = this.options;
    for (let isTurn = hasTurn; !isTurn || this.pausedUntil > now(); isTurn = true) {
      while (this.pausedUntil > now()) await sleep(this.pausedUntil - now(), stopping);
      await waitForTurn(calls);
    }
    stopping.throwIfAborted();
  }

  private throwIfOver(problem: DeliveryProblem, attempts: number, firstFailure: number, wait: number): void {
    const { maxRetrySeconds, now } = this.options;
    if (now() - firstFailure + wait <= maxRetrySeconds * 1000) return;
    const { retryAfterMs } = problem;
    const asked = retryAfterMs === null ? '' : `, and it asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
    const tried = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
    throw new WaitError(
      `${problem.message}: given up after ${tried}${asked}; max_retry_seconds is ${maxRetrySeconds}`,
      { request: problem.request, cause: problem },
    );
  }

  private tell(problem: DeliveryProblem): void {
    const { logger, now, maxRetrySeconds } = this.options;
    if (now() - this.lastTold < TELL_EVERY_MS) return;
    this.lastTold = now();
    const { status } = problem.request;
    const what = `${problem.message}${status === undefined ? '' : ` (status ${status})`}`;
    logger.log('warning', `${what}; calls are sent again for up to ${maxRetrySeconds} s`);
  }
}

interface Refused {
  readonly item: Item;
  readonly problem: DeliveryProblem;
}

/** The error that ends the run, by what the person who reads it should do. */
function errorOf({ message, request }: DeliveryProblem): ConnectorError {
  const { status = 0 } = request;
  if (status === 401 || status === 403) return new TokenError(message, { request });
  if (status === 404 || status === 405 || status < 400) return new ConfigError(message, { request });
  return new ReportError(message, { request });
}
