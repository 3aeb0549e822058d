import { Worker } from 'node:worker_threads';
import { keepHeapSmall } from '../base/small-heap.js';
import { isAlone } from './body-pool.js';
import { errorOf, type DecodingReply, type DecodingRequest } from './decoding-messages.js';
import type { Endpoint } from './endpoint.js';
import type { Page } from './page.js';
import { DecoderLostError } from './page-decoder.js';

/** A young generation that fits into a core's own cache is the fastest, too. */
const LIMITS = { maxYoungGenerationSizeMb: 1 };

interface Waiting {
  readonly resolve: (page: Page) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side of a thread that reads pages. */
export class DecodingThread {
  private readonly worker: Worker;
  private readonly started: Promise<boolean>;
  private isUp: (isUp: boolean) => void = () => undefined;
  private readonly waitingFor = new Map<number, Waiting>();
  private readonly views = new Map<unknown, number>();
  private pages = 0;

  /**
   * @param onEnd when it has ended; the pages that it had are lost
   * @throws where Node allows no threads
   */
  constructor(file: URL, onEnd: () => void) {
    this.worker = new Worker(file, { name: 'decoding', resourceLimits: LIMITS });
    this.started = new Promise((resolve) => {
      this.isUp = resolve;
    });
    // As early as possible, and again when all of it is there.
    this.worker.once('online', keepHeapSmall);
    this.worker.on('message', (reply: DecodingReply) => this.take(reply));
    this.worker.on('error', () => undefined);
    this.worker.on('exit', () => {
      this.isUp(false);
      onEnd();
      for (const { reject } of this.waitingFor.values()) reject(new DecoderLostError('The decoding thread ended'));
      this.waitingFor.clear();
    });
  }

  /** Resolves when it can read, to false where it never will. Before, nothing may be given to it. */
  async start(): Promise<boolean> {
    const isUp = await this.started;
    // Work that is left to do keeps the process alive, not who might do it.
    if (isUp) this.worker.unref();
    return isUp;
  }

  get waiting(): number {
    return this.waitingFor.size;
  }

  async decode(body: Buffer, { recipe }: Endpoint): Promise<Page> {
    let view = this.views.get(recipe);
    if (view === undefined) {
      view = this.views.size;
      this.views.set(recipe, view);
      this.send({ kind: 'view', view, recipe });
    }
    const number = ++this.pages;
    const own = isAlone(body) ? body : Uint8Array.from(body);
    const moved = new Uint8Array(own.buffer, own.byteOffset, own.length);
    this.send({ kind: 'page', view, number, body: moved }, [own.buffer]);
    this.worker.ref();
    return await new Promise((resolve, reject) => this.waitingFor.set(number, { resolve, reject }));
  }

  end(): void {
    void this.worker.terminate();
  }

  private send(request: DecodingRequest, moved: readonly ArrayBufferLike[] = []): void {
    this.worker.postMessage(request, moved as ArrayBuffer[]);
  }

  private take(reply: DecodingReply): void {
    if (reply === 'ready') {
      keepHeapSmall();
      this.isUp(true);
      return;
    }
    const waiting = this.waitingFor.get(reply.number);
    this.waitingFor.delete(reply.number);
    if (this.waitingFor.size === 0) this.worker.unref();
    if (waiting === undefined) return;
    if ('page' in reply) waiting.resolve(reply.page);
    else waiting.reject(errorOf(reply.failure));
  }
}
