import pThrottle from 'p-throttle';
import { sleep } from '../base/sleep.js';

/** A little more than a minute: a request may be longer on its way than the one that comes a minute after it. */
const INTERVAL_MS = 60_500;

/**
 * When a request may start: at most so many in any 60 seconds, bursts allowed, and none before the end of a pause that
 * a 429 called for. One for all streams of a run.
 */
export class Pacer {
  private readonly closing = new AbortController();
  private readonly now: () => number;
  private readonly turn: () => Promise<void> | void;
  private pausedUntil = 0;

  /** @param requestsPerMinute 0 is no pacing */
  constructor(requestsPerMinute: number, now: () => number) {
    this.now = now;
    const go = (): void => undefined;
    if (requestsPerMinute === 0) {
      this.turn = go;
    } else {
      // `strict` bounds every window of a minute, not only those that begin on the minute.
      const { signal } = this.closing;
      this.turn = pThrottle({ limit: requestsPerMinute, interval: INTERVAL_MS, strict: true, signal })(go);
    }
  }

  /**
   * Resolves when the next request may start.
   *
   * @throws the signal's reason as soon as it is aborted
   */
  async waitForTurn(signal: AbortSignal): Promise<void> {
    const turn = this.turn();
    if (turn !== undefined) await unlessAborted(turn, signal);
    for (let wait = this.pausedUntil - this.now(); wait > 0; wait = this.pausedUntil - this.now()) {
      await sleep(wait, signal);
    }
  }

  /** Holds every request back for so many milliseconds. */
  pause(millis: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.now() + millis);
  }

  /** Ends all waiting, so that no timer keeps the process alive. */
  close(): void {
    this.closing.abort(new Error('The client was closed'));
  }
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
