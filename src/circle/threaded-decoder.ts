import { availableParallelism } from 'node:os';
import type { DecodingThread } from './decoding-thread.js';
import type { Endpoint } from './endpoint.js';
import type { Page } from './page.js';
import { DirectDecoder, type PageDecoder } from './page-decoder.js';

/** When a thread is worth it. */
export interface ThreadThresholds {
  /** Smaller bodies are read sooner than they are handed over. Bytes. */
  readonly leastBody: number;
  /** It takes tens of milliseconds to start, and memory: so much has to be read within `periodMs`. Bytes. */
  readonly bytesBeforeThread: number;
  readonly periodMs: number;
}

const usualThresholds: ThreadThresholds = {
  leastBody: 64 * 1024,
  bytesBeforeThread: 4 * 1024 * 1024,
  periodMs: 500,
};
/** The thread has a page in hand and two ready; beyond that, this thread does not wait for it. */
const MOST_IN_THREAD = 3;

/**
 * Reads pages in a thread beside this one, and itself while the thread is busy: parsing is most of the work of a sync,
 * and a machine has more than one core. A sync of a few pages never starts the thread, nor does one of a slow server.
 */
export class ThreadedDecoder implements PageDecoder {
  private readonly file: URL;
  private readonly now: () => number;
  private readonly thresholds: ThreadThresholds;
  private readonly direct = new DirectDecoder();
  private thread: Promise<DecodingThread | null> | null = null;
  /** Since when, and how much. */
  private readingSince = -Infinity;
  private bytesRead = 0;
  private end: () => void = () => undefined;

  /**
   * @param file what runs in the thread; it serves what {@link DecodingRequest} asks
   * @param now in milliseconds, from any start
   */
  constructor(file: URL, now: () => number, thresholds = usualThresholds) {
    this.file = file;
    this.now = now;
    this.thresholds = thresholds;
  }

  async decode(body: Buffer, endpoint: Endpoint): Promise<Page> {
    const thread = body.length < this.thresholds.leastBody ? null : await this.threadIfWorthIt();
    if (thread !== null && thread.waiting < MOST_IN_THREAD) return await thread.decode(body, endpoint);
    this.count(body.length);
    return await this.direct.decode(body, endpoint);
  }

  close(): void {
    this.end();
    this.thread = noThread;
  }

  private count(bytes: number): void {
    const now = this.now();
    if (Math.abs(now - this.readingSince) > this.thresholds.periodMs) {
      this.readingSince = now;
      this.bytesRead = 0;
    }
    this.bytesRead += bytes;
  }

  private async threadIfWorthIt(): Promise<DecodingThread | null> {
    if (this.bytesRead >= this.thresholds.bytesBeforeThread) this.thread ??= this.startThread();
    return await this.thread;
  }

  /** Until it is there, pages wait: what is parsed meanwhile would make the heap grow (see `base/small-heap`). */
  private async startThread(): Promise<DecodingThread | null> {
    if (availableParallelism() < 2) return null;
    const { DecodingThread } = await import('./decoding-thread.js');
    try {
      const thread = new DecodingThread(this.file, () => {
        this.thread = noThread;
      });
      this.end = (): void => thread.end();
      return (await thread.start()) ? thread : null;
    } catch {
      // Node's permission model, say, allows no threads: it goes on without.
      return null;
    }
  }
}

const noThread = Promise.resolve(null);
