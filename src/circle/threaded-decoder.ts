import { availableParallelism } from 'node:os';
import type { DecodingThread } from './decoding-thread.js';
import type { Endpoint } from './endpoint.js';
import type { Page } from './page.js';
import { DirectDecoder, type PageDecoder } from './page-decoder.js';

/** When a thread is worth it. */
export interface ThreadThresholds {
  /** Smaller bodies are read sooner than they are handed over. Bytes. */
  readonly leastBody: number;
  /** It takes tens of milliseconds to start: so much is read without one. Bytes. */
  readonly bytesBeforeThread: number;
}

const usualThresholds: ThreadThresholds = { leastBody: 64 * 1024, bytesBeforeThread: 4 * 1024 * 1024 };
/** The thread has a page in hand and two ready; beyond that, this thread does not wait for it. */
const MOST_IN_THREAD = 3;

/**
 * Reads pages in a thread beside this one, and itself while the thread is busy: parsing is most of the work of a sync,
 * and a machine has more than one core. A sync of a few pages never starts the thread.
 */
export class ThreadedDecoder implements PageDecoder {
  private readonly file: URL;
  private readonly thresholds: ThreadThresholds;
  private readonly direct = new DirectDecoder();
  private thread: DecodingThread | null = null;
  private bytesRead = 0;
  private isClosed = false;
  private mayStart = availableParallelism() > 1;

  /** @param file what runs in the thread; it serves what {@link DecodingRequest} asks */
  constructor(file: URL, thresholds = usualThresholds) {
    this.file = file;
    this.thresholds = thresholds;
  }

  async decode(body: Buffer, endpoint: Endpoint): Promise<Page> {
    if (body.length >= this.thresholds.leastBody) {
      void this.startThread();
      const { thread } = this;
      if (thread !== null && thread.isReady && thread.waiting < MOST_IN_THREAD)
        return await thread.decode(body, endpoint);
    }
    this.bytesRead += body.length;
    return await this.direct.decode(body, endpoint);
  }

  close(): void {
    this.isClosed = true;
    this.thread?.end();
    this.thread = null;
  }

  private async startThread(): Promise<void> {
    if (!this.mayStart || this.bytesRead < this.thresholds.bytesBeforeThread) return;
    this.mayStart = false;
    const { DecodingThread } = await import('./decoding-thread.js');
    if (this.isClosed) return;
    try {
      this.thread = new DecodingThread(this.file, () => {
        this.thread = null;
      });
    } catch {
      // Node's permission model, say, allows no threads: it goes on without.
    }
  }
}
