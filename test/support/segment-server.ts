import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { complaintsAbout, type SentCall } from './segment-rules.js';

/** How the server treats one request. Nothing said: as Segment would. */
export type Reply =
  /** Answers with that status; the calls are not taken unless it is 2xx. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Never answers. */
  | 'hang'
  /** Breaks the connection with a reset, before it takes the calls. */
  | 'reset'
  /** Ends the connection in good order, without an answer. */
  | 'close'
  /** Takes the calls, then breaks off in the middle of the answer: the sender cannot know. */
  | 'cut after taking';

/** A request as it came. */
export interface SegmentRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: number;
  readonly sentAt: string;
  readonly batch: readonly SentCall[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface SegmentServerOptions {
  readonly port?: number;
  /** Decides about each request, numbered from 0. */
  readonly reply?: (request: SegmentRequest, index: number) => Reply | undefined;
  /** How long each request takes. */
  readonly latencyMs?: number;
  /** Keep the calls themselves, not their ids alone. Default: true. */
  readonly keepCalls?: boolean;
}

/**
 * A loopback Segment: takes batches, enforces the documented limits with a 400, and counts by messageId what it took.
 * What Segment would answer with 200 and then drop is in `complaints`: it shall stay empty.
 */
export class SegmentServer {
  /** messageId to how often it was taken. */
  readonly taken = new Map<string, number>();
  /** Every call that was taken, in order. */
  readonly calls: SentCall[] = [];
  readonly requests: (Omit<SegmentRequest, 'batch'> & { readonly calls: number })[] = [];
  readonly complaints = new Set<string>();
  /** Requests that were open at the same time, at most: from their arrival until they are answered or gone. */
  mostAtOnce = 0;
  reply: SegmentServerOptions['reply'];
  private readonly options: SegmentServerOptions;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private atOnce = 0;

  private constructor(options: SegmentServerOptions) {
    this.options = options;
    this.reply = options.reply;
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async start(options: SegmentServerOptions = {}): Promise<SegmentServer> {
    const server = new SegmentServer(options);
    await server.listen(options.port ?? 0);
    return server;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens again, after `close`, on the same port. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
  }

  /** Ends all connections and the listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** The most calls that arrived within any such time, whatever became of them. */
  mostCallsWithin(millis: number): number {
    let [most, inWindow, first] = [0, 0, 0];
    for (const { at, calls } of this.requests) {
      inWindow += calls;
      for (
        let left = this.requests[first];
        left !== undefined && left.at <= at - millis;
        left = this.requests[++first]
      ) {
        inWindow -= left.calls;
      }
      most = Math.max(most, inWindow);
    }
    return most;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.atOnce++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    response.once('close', () => this.atOnce--);
    try {
      const body = await bodyOf(request);
      const { latencyMs = 0 } = this.options;
      if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
      this.decide(request, body, response);
    } catch {
      // The client has gone.
      response.destroy();
    }
  }

  private decide(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { batch, sentAt } = JSON.parse(body.toString('utf8')) as { batch: SentCall[]; sentAt: string };
    const { url: path = '', headers } = request;
    const seen: SegmentRequest = { path, headers, bytes: body.length, sentAt, batch, at: Date.now() };
    const reply = this.reply?.(seen, this.requests.length);
    this.requests.push({ path, headers, bytes: body.length, sentAt, at: seen.at, calls: batch.length });
    switch (reply) {
      case 'hang':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'close':
        request.socket.end();
        return;
      case 'cut after taking':
        this.take(batch);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"succ');
        setTimeout(() => request.socket.destroy(), 10);
        return;
      case undefined:
        break;
      default:
        if (reply.status >= 200 && reply.status < 300) this.take(batch);
        response
          .writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
          .end(reply.body ?? '{}');
        return;
    }
    const refusal = refusalOf(path, body, batch);
    if (refusal === null) this.take(batch);
    response
      .writeHead(refusal === null ? 200 : 400, { 'content-type': 'application/json' })
      .end(JSON.stringify(refusal === null ? { success: true } : { success: false, message: refusal }));
  }

  private take(batch: readonly SentCall[]): void {
    for (const call of batch) {
      for (const complaint of complaintsAbout(call)) this.complaints.add(complaint);
      const { messageId } = call;
      this.taken.set(messageId, (this.taken.get(messageId) ?? 0) + 1);
      if (this.options.keepCalls !== false) this.calls.push(call);
    }
  }
}

/** Why Segment answers 400 (HTTP API, "Errors"), if it does. KB are taken as 1,000 bytes for requests: the strict reading. */
function refusalOf(path: string, body: Buffer, batch: readonly SentCall[]): string | null {
  if (path !== '/v1/batch') return 'not a path of the Tracking API';
  if (body.length > 500_000) return 'request is over 500 KB';
  if (batch.length > 2500) return 'batch has over 2,500 events';
  const large = batch.some((call) => Buffer.byteLength(JSON.stringify(call)) > 32 * 1024);
  return large ? 'an event is over 32 KB' : null;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
