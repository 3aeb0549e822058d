import { WaitError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Destination } from '../destination.js';
import type { Call } from '../mapping/calls.js';
import type { TargetSettings } from '../settings.js';
import type { TargetStats } from '../stats.js';
import { Batcher } from './batcher.js';
import { RetryingSender } from './retrying-sender.js';
import { setAside, type DeadLetterSink } from './dead-letters.js';
import { MOST_BATCH_CALLS, sizeOf, tooLarge } from './event-size.js';
import type { Item, Origin } from './item.js';
import type { BatchClientOptions } from './batch-client.js';
import { ClientPool } from './client-pool.js';
import type { Ledger } from './ledger.js';
import { Pacer } from './pacer.js';

export interface DeliveryOptions {
  readonly settings: Pick<
    TargetSettings,
    'writeKey' | 'host' | 'eventsPerSecond' | 'requestTimeoutSeconds' | 'maxRetrySeconds' | 'closeTimeoutSeconds'
  >;
  readonly ledger: Ledger;
  /** Takes what cannot be sent; null: that ends the run. */
  readonly deadLetters: DeadLetterSink | null;
  readonly stats: TargetStats;
  readonly logger: Logger;
  readonly now: () => number;
  readonly random: () => number;
  /** Told of the first failure, as soon as it is known: nothing more needs to be read. */
  readonly onFailure: () => void;
}

/**
 * Sends calls to Segment: in batches, some at once, no faster than allowed, and never more under way than fit into a
 * few megabytes. `call` waits where there is no room, so a slow Segment stops the reading of the input.
 */
export class Delivery implements Destination {
  private readonly options: DeliveryOptions;
  private readonly batcher: Batcher;
  private readonly sender: RetryingSender;
  private readonly pacer: Pacer;
  private readonly clients: ClientPool;
  private readonly underWay = new Set<Promise<void>>();
  /** No more attempts. */
  private readonly stopping = new AbortController();
  /** No more waiting for answers either. */
  private readonly ending = new AbortController();
  private failure: { readonly error: unknown } | null = null;

  constructor(options: DeliveryOptions) {
    this.options = options;
    const { settings, stats, now } = options;
    this.pacer = new Pacer(settings.eventsPerSecond);
    this.batcher = new Batcher({
      most: Math.min(MOST_BATCH_CALLS, this.pacer.most),
      dispatch: (batch) => this.dispatch(batch),
    });
    const clientOptions: BatchClientOptions = {
      writeKey: settings.writeKey,
      host: settings.host,
      timeoutMs: settings.requestTimeoutSeconds * 1000,
      signal: this.ending.signal,
      now,
      onRequest: () => stats.requests++,
    };
    this.clients = new ClientPool(clientOptions);
    this.sender = new RetryingSender({
      ...options,
      maxRetrySeconds: settings.maxRetrySeconds,
      waitForTurn: (calls) => this.pacer.waitForTurn(calls),
      stopping: this.stopping.signal,
      accept: (item) => {
        item.isSettled = true;
        options.ledger.accept(item.number);
      },
      refuse: (item, problem) => this.refuse(item, `${problem.message}${statusOf(problem.request.status)}`),
    });
  }

  /**
   * Takes a call. Resolves when another one may come, not when it was sent.
   *
   * @throws the first failure, of whatever call
   */
  async call(call: Call, origin: Origin): Promise<void> {
    this.throwIfFailed();
    const bytes = sizeOf(call);
    const item: Item = { ...origin, call, bytes, number: this.options.ledger.open(), isSettled: false };
    const reason = tooLarge(bytes);
    if (reason === null) await this.batcher.add(item);
    else await this.refuse(item, reason).finally(() => this.settle(item));
  }

  async state(text: string): Promise<void> {
    await this.options.ledger.state(text);
  }

  /**
   * Sends off what was taken and waits until Segment has it, for `close_timeout_seconds`.
   *
   * @throws the first failure
   */
  async finish(): Promise<void> {
    const { settings, ledger } = this.options;
    const { closeTimeoutSeconds } = settings;
    const over = (): void => {
      const error = new WaitError(
        `Segment did not take the last calls within ${closeTimeoutSeconds} s (close_timeout_seconds)`,
      );
      this.fail(error);
      this.ending.abort(error);
    };
    const deadline = setTimeout(over, closeTimeoutSeconds * 1000);
    await this.batcher.flush().catch((error: unknown) => this.fail(error));
    await Promise.all(this.underWay);
    clearTimeout(deadline);
    this.pacer.close();
    await this.clients.close();
    await ledger.close();
    this.throwIfFailed();
  }

  /** Ends the delivery: no more attempts, and nothing more is taken. What is under way may still arrive. */
  fail(error: unknown): void {
    if (this.failure !== null) return;
    this.failure = { error };
    this.stopping.abort(error);
    this.pacer.close();
    this.options.ledger.giveUp();
    this.options.onFailure();
  }

  private async dispatch(batch: Item[]): Promise<void> {
    try {
      this.throwIfFailed();
      const client = await this.clients.take();
      try {
        this.throwIfFailed();
        await this.pacer.waitForTurn(batch.length);
      } catch (error) {
        this.clients.giveBack(client);
        throw error;
      }
      const task = this.sender
        .deliver(client, batch)
        .catch((error: unknown) => this.fail(error))
        .finally(() => {
          batch.forEach((item) => this.settle(item));
          this.clients.giveBack(client);
          this.underWay.delete(task);
        });
      this.underWay.add(task);
    } catch (error) {
      batch.forEach((item) => this.settle(item));
      this.fail(error);
      this.throwIfFailed();
    }
  }

  private async refuse(item: Item, reason: string): Promise<void> {
    const { deadLetters, ledger } = this.options;
    await setAside(deadLetters, item.call, item, reason);
    item.isSettled = true;
    ledger.setAside(item.number);
  }

  /** Whatever came of it, the ledger shall know. */
  private settle(item: Item): void {
    if (item.isSettled) return;
    item.isSettled = true;
    this.options.ledger.lose();
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure.error;
  }
}

function statusOf(status: number | undefined): string {
  return status === undefined ? '' : ` (status ${status})`;
}
