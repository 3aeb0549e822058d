import { availableParallelism } from 'node:os';
import type { DecodingThread } from './decoding-thread.js';
import type { Endpoint } from './endpoint.js';
import type { Page } from './page.js';
import { DirectDecoder, type PageDecoder } from './page-decoder.js';

/** Smaller bodies are read sooner than they are handed to another thread. Bytes. */
const LEAST_BODY = 64 * 1024;
/** A thread takes tens of milliseconds to start: it has to be worth it. Bytes that were read without one. */
const BYTES_BEFORE_THREAD = 4 * 1024 * 1024;
/** The thread has a page in hand and the next one ready; beyond that, this thread does not wait for it. */
const MOST_IN_THREAD = 2;

/**
 * Reads pages in a thread beside this one, and itself while the thread is busy: parsing is most of the work of a sync,
 * and a machine has more than one core. A sync of a few pages never starts the thread.
 */
export class ThreadedDecoder implements PageDecoder {
  private readonly file: URL;
  private readonly direct = new DirectDecoder();
  private thread: DecodingThread | null = null;
  private bytesRead = 0;
  private isClosed = false;
  private mayStart = availableParallelism() > 1;

  /** @param file what runs in the thread; it serves what {@link DecodingRequest} asks */
  constructor(file: URL) {
    this.file = file;
  }

  async decode(body: Buffer, endpoint: Endpoint): Promise<Page> {
    if (body.length >= LEAST_BODY) {
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
    if (!this.mayStart || this.bytesRead < BYTES_BEFORE_THREAD) return;
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
