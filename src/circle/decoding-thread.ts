import { Worker } from 'node:worker_threads';
import { errorOf, type DecodingReply, type DecodingRequest } from './decoding-messages.js';
import type { Endpoint } from './endpoint.js';
import type { Page } from './page.js';
import { DecoderLostError } from './page-decoder.js';

interface Waiting {
  readonly resolve: (page: Page) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side of a thread that reads pages. */
export class DecodingThread {
  isReady = false;
  private readonly worker: Worker;
  private readonly waitingFor = new Map<number, Waiting>();
  private readonly views = new Map<unknown, number>();
  private pages = 0;

  /** @param onLost when it has ended by itself; the pages that it had are lost */
  constructor(file: URL, onLost: () => void) {
    this.worker = new Worker(file, { name: 'decoding' });
    // What is left to do keeps the process alive, not who might do it.
    this.worker.unref();
    this.worker.on('online', () => {
      this.isReady = true;
    });
    this.worker.on('message', (reply: DecodingReply) => this.take(reply));
    this.worker.on('error', () => undefined);
    this.worker.on('exit', () => {
      onLost();
      for (const { reject } of this.waitingFor.values()) reject(new DecoderLostError('The decoding thread ended'));
      this.waitingFor.clear();
    });
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
    const { buffer } = body;
    this.send({ kind: 'page', view, number, body: new Uint8Array(buffer, body.byteOffset, body.length) }, [buffer]);
    return await new Promise((resolve, reject) => this.waitingFor.set(number, { resolve, reject }));
  }

  end(): void {
    void this.worker.terminate();
  }

  private send(request: DecodingRequest, moved: readonly ArrayBufferLike[] = []): void {
    this.worker.postMessage(request, moved as ArrayBuffer[]);
  }

  private take(reply: DecodingReply): void {
    const waiting = this.waitingFor.get(reply.number);
    this.waitingFor.delete(reply.number);
    if (waiting === undefined) return;
    if ('page' in reply) waiting.resolve(reply.page);
    else waiting.reject(errorOf(reply.failure));
  }
}
