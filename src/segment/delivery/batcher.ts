import { MOST_BATCH_BYTES } from './event-size.js';
import type { Item } from './item.js';

export interface BatcherOptions {
  /** Calls in a batch, at most. */
  readonly most: number;
  /** Sends a batch off; resolves when the next one may come. One at a time. */
  readonly dispatch: (batch: Item[]) => Promise<void>;
}

/** A batch that does not fill goes after so long: rows of a slow tap must not wait for others. */
const LONGEST_WAIT_MS = 1000;

/** Gathers calls into batches, in order: a count at most, and bytes at most, since Segment refuses larger ones whole. */
export class Batcher {
  private readonly options: BatcherOptions;
  private batch: Item[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private dispatched: Promise<void> = Promise.resolve();

  constructor(options: BatcherOptions) {
    this.options = options;
  }

  /**
   * Resolves when another call may come.
   *
   * @throws what `dispatch` threw
   */
  async add(item: Item): Promise<void> {
    if (this.bytes + item.bytes > MOST_BATCH_BYTES) await this.flush();
    this.batch.push(item);
    this.bytes += item.bytes;
    if (this.batch.length >= this.options.most) await this.flush();
    else this.timer ??= setTimeout(this.flushLate, LONGEST_WAIT_MS);
  }

  /**
   * Sends off what there is. Resolves when another batch may come.
   *
   * @throws what `dispatch` threw
   */
  async flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { batch } = this;
    if (batch.length > 0) {
      this.batch = [];
      this.bytes = 0;
      // Also after a failure, so that the batch is accounted for.
      const send = (): Promise<void> => this.options.dispatch(batch);
      this.dispatched = this.dispatched.then(send, send);
    }
    await this.dispatched;
  }

  /** The error of such a flush comes out at the next one. */
  private readonly flushLate = (): void => void this.flush().catch(() => undefined);
}
