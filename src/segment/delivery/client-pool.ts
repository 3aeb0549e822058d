import type { BatchClient, BatchClientOptions } from './batch-client.js';

/** Requests at once. Eight of a hundred calls each keep up with 5,000 calls a second at a latency of 150 ms. */
const MOST_CLIENTS = 8;

/** The clients of a run: opened when they are needed, the first of them loads Segment's library. */
export class ClientPool {
  private readonly options: BatchClientOptions;
  private readonly all: BatchClient[] = [];
  private readonly free: BatchClient[] = [];
  private readonly waiting: ((client: BatchClient) => void)[] = [];

  constructor(options: BatchClientOptions) {
    this.options = options;
  }

  /** Resolves with a client that nobody else has. */
  async take(): Promise<BatchClient> {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.all.length >= MOST_CLIENTS) return await new Promise((resolve) => this.waiting.push(resolve));
    const module = await import('./batch-client.js');
    const client = new module.BatchClient(this.options);
    this.all.push(client);
    return client;
  }

  giveBack(client: BatchClient): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(client);
    else next(client);
  }

  /** Closes all; nothing may be under way. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((client) => client.close()));
  }
}
