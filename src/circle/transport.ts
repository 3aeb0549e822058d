import { Agent, type AgentOptions } from 'node:http';
import type { Readable } from 'node:stream';
import axios, { type AxiosInstance } from 'axios';
import { isJsonObject } from '../base/json.js';
import { BodyPool } from './body-pool.js';

export interface TransportOptions {
  readonly userAgent: string;
  /** For connecting and the answer's headers together, and for a body that does not move. Milliseconds. */
  readonly timeoutMs: number;
  /** A larger body is an error; bytes after decompression. */
  readonly maxBodyBytes: number;
  readonly maxSockets: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly header: (name: string) => string | undefined;
}

/** An attempt that brought no whole answer. `code` is Node's (`ECONNRESET`) or ours (`ETIMEDOUT`, `EBODYSIZE`). */
export class TransportError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
  }

  /** Whether a further attempt could bring something else: not for a certificate, a wrong URL or a too large body. */
  get retried(): boolean {
    return !/^(EBODYSIZE|CERT_|ERR_TLS|ERR_INVALID|ERR_UNESCAPED|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HPE_HEADER_OVERFLOW)/.test(
      this.code,
    );
  }
}

/** A body counts as stalled when fewer bytes than this came within the timeout: one byte a second is no progress. */
const PROGRESS_BYTES = 1024;
/** Of a body that only explains an error. */
const MAX_ERROR_BODY_BYTES = 64 * 1024;

/** One HTTP exchange after another over kept connections: no retry, no redirect, every status is an answer. */
export class Transport {
  private readonly options: TransportOptions;
  /** By protocol; TLS is loaded for https alone. */
  private readonly agents = new Map<string, Promise<Agent>>();
  private readonly http: AxiosInstance;
  private readonly pool = new BodyPool();

  constructor(options: TransportOptions) {
    this.options = options;
    this.http = axios.create({
      adapter: 'http',
      // The token must not follow a redirect (docs/reliability.md, promise 12).
      maxRedirects: 0,
      responseType: 'stream',
      decompress: true,
      validateStatus: () => true,
      headers: { Accept: 'application/json', 'Accept-Encoding': 'gzip, deflate, br', 'User-Agent': options.userAgent },
    });
  }

  /**
   * @param limitMs for the whole exchange: a body that keeps moving, but only just, would hold it for ever
   * @throws TransportError where no whole answer came
   * @throws the signal's reason where it was aborted
   */
  async get(url: URL, authorization: string, limitMs: number, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    signal.addEventListener('abort', abort, { once: true });
    const watch = new Watch(this.options.timeoutMs, limitMs, abort);
    try {
      const agent = await this.agentOf(url.protocol);
      const response = await this.http.get<Readable>(url.href, {
        // Before an http address there may be an https proxy: that gets Node's own agent.
        ...(url.protocol === 'https:' ? { httpsAgent: agent } : { httpAgent: agent }),
        signal: attempt.signal,
        headers: { Authorization: authorization },
      });
      watch.nowIn('the body');
      const limits: BodyLimits =
        response.status === 200
          ? { bytes: this.options.maxBodyBytes, beyond: 'fail', announced: lengthOf(response.headers) }
          : { bytes: MAX_ERROR_BODY_BYTES, beyond: 'cut', announced: 0 };
      const body = await readBody(response.data, limits, this.pool, watch, attempt.signal);
      return {
        status: response.status,
        body,
        header: (name) => {
          const value: unknown = response.headers[name];
          return typeof value === 'string' ? value : undefined;
        },
      };
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof TransportError) throw cause;
      if (watch.complaint !== null) throw new TransportError('ETIMEDOUT', watch.complaint);
      throw new TransportError(codeOf(cause), reasonOf(cause), { cause });
    } finally {
      watch.end();
      signal.removeEventListener('abort', abort);
    }
  }

  /** Takes a body back when nobody reads it any more, to read the next one into it. */
  recycle(body: Uint8Array): void {
    this.pool.give(body);
  }

  close(): void {
    for (const agent of this.agents.values()) void agent.then((made) => made.destroy());
  }

  private async agentOf(protocol: string): Promise<Agent> {
    const made =
      this.agents.get(protocol) ?? agentFor(protocol, { keepAlive: true, maxSockets: this.options.maxSockets });
    this.agents.set(protocol, made);
    return await made;
  }
}

async function agentFor(protocol: string, options: AgentOptions): Promise<Agent> {
  if (protocol !== 'https:') return new Agent(options);
  const https = await import('node:https');
  return new https.Agent(options);
}

/** A timer that is wound up again by progress, and one that is not. */
class Watch {
  /** Why the exchange was given up, if it was. */
  complaint: string | null = null;
  private phase = 'the answer';
  private readonly stall: NodeJS.Timeout;
  private readonly limit: NodeJS.Timeout;

  constructor(timeoutMs: number, limitMs: number, onExpired: () => void) {
    const expire = (complaint: string): void => {
      this.complaint ??= complaint;
      onExpired();
    };
    this.stall = setTimeout(() => {
      expire(`nothing came for ${timeoutMs / 1000} seconds while waiting for ${this.phase}`);
    }, timeoutMs);
    this.limit = setTimeout(
      () => expire(`${this.phase} was not whole after ${Math.ceil(limitMs / 1000)} seconds`),
      limitMs,
    );
  }

  nowIn(phase: string): void {
    this.phase = phase;
    this.progress();
  }

  progress(): void {
    if (this.complaint === null) this.stall.refresh();
  }

  end(): void {
    clearTimeout(this.stall);
    clearTimeout(this.limit);
  }
}

interface BodyLimits {
  /** What `Content-Length` says, in bytes; of a compressed body, less than comes. 0 where it says nothing. */
  readonly announced: number;
  readonly bytes: number;
  /** What to do with a longer body: cut it, since it only explains an error, or fail. */
  readonly beyond: 'cut' | 'fail';
}

async function readBody(
  stream: Readable,
  limits: BodyLimits,
  pool: BodyPool,
  watch: Watch,
  signal: AbortSignal,
): Promise<Buffer> {
  const destroy = (): void => void stream.destroy(new Error('aborted'));
  if (signal.aborted) destroy();
  signal.addEventListener('abort', destroy, { once: true });
  let buffer = pool.take(limits.announced);
  let used = 0;
  let sinceProgress = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (used + chunk.length > limits.bytes) {
        if (limits.beyond === 'cut') break;
        throw new TransportError('EBODYSIZE', `the body is larger than ${limits.bytes} bytes`);
      }
      if (used + chunk.length > buffer.length) buffer = pool.grow(buffer, used, used + chunk.length);
      chunk.copy(buffer, used);
      used += chunk.length;
      sinceProgress += chunk.length;
      if (sinceProgress >= PROGRESS_BYTES) {
        sinceProgress = 0;
        watch.progress();
      }
    }
    return buffer.subarray(0, used);
  } catch (error) {
    pool.give(buffer);
    throw error;
  } finally {
    signal.removeEventListener('abort', destroy);
    stream.destroy();
  }
}

function lengthOf(headers: Readonly<Record<string, unknown>>): number {
  const length = Number(headers['content-length'] ?? 0);
  return length > 0 ? length : 0;
}

function codeOf(cause: unknown): string {
  for (let error: unknown = cause; error instanceof Error; error = error.cause) {
    const code: unknown = 'code' in error ? error.code : undefined;
    if (typeof code === 'string' && code !== 'ERR_CANCELED') return code;
  }
  return 'EUNKNOWN';
}

function reasonOf(cause: unknown): string {
  // Node wraps the tries of both IP versions in an AggregateError, whose own message is empty.
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join('; ');
  if (cause instanceof Error) return cause.message === '' ? codeOf(cause) : cause.message;
  return isJsonObject(cause) ? JSON.stringify(cause) : String(cause);
}
