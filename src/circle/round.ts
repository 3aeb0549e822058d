import type { Anchor } from './anchor.js';
import type { FetchedPage } from './page-source.js';
import type { Range } from './ranges.js';

/** Pages asked for at once. Cancelling lets their requests go; nobody has to wait for them. */
export class Round {
  readonly anchor: Anchor | null;
  readonly ranges: readonly Range[];
  readonly fetches: readonly Promise<FetchedPage>[];
  private readonly controller = new AbortController();

  constructor(
    anchor: Anchor | null,
    ranges: readonly Range[],
    signal: AbortSignal,
    fetch: (range: Range, cancelled: AbortSignal) => Promise<FetchedPage>,
  ) {
    this.anchor = anchor;
    this.ranges = ranges;
    const stop = (): void => this.controller.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    this.fetches = ranges.map((range) => fetch(range, this.controller.signal));
    void Promise.allSettled(this.fetches).then(() => signal.removeEventListener('abort', stop));
  }

  get cancelled(): boolean {
    return this.controller.signal.aborted;
  }

  cancel(): void {
    this.controller.abort(new Error('This page is not needed any more'));
  }
}
