import pThrottle from 'p-throttle';

/** Lets at most so many calls go in any second. */
export class Pacer {
  private readonly closing = new AbortController();
  private readonly turn: ((calls: number) => Promise<void> | void) | null;
  /** More calls than this cannot go at once. */
  readonly most: number;

  /** @param callsPerSecond 0 is no limit */
  constructor(callsPerSecond: number) {
    this.most = callsPerSecond === 0 ? Infinity : callsPerSecond;
    if (callsPerSecond === 0) {
      this.turn = null;
    } else {
      const { signal } = this.closing;
      // `strict` bounds every window of a second, not only those that begin on the second.
      const options = { limit: callsPerSecond, interval: 1000, strict: true, signal, weight: (calls: number) => calls };
      const go: (calls: number) => void = () => undefined;
      this.turn = pThrottle(options)(go);
    }
  }

  /**
   * Resolves when so many calls may go.
   *
   * @throws when the pacer is closed
   */
  async waitForTurn(calls: number): Promise<void> {
    this.closing.signal.throwIfAborted();
    await this.turn?.(calls);
  }

  /** Ends all waiting, so that no timer keeps the process alive. */
  close(): void {
    this.closing.abort(new Error('The delivery was closed'));
  }
}
