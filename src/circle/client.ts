import { ConfigError, WaitError, type ConnectorError, type RequestDetails } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { sleep } from '../base/sleep.js';
import { NotAPageError } from './answer.js';
import { Authorization, type AuthScheme } from './auth.js';
import { pageUrl, type Endpoint, type PageQuery } from './endpoint.js';
import { BrokenBodyError, errorOfStatus } from './errors.js';
import { nextPageUrl } from './next-page.js';
import { Pacer } from './pacer.js';
import { PageReader } from './page-reader.js';
import type { FetchedPage, PageSource } from './page-source.js';
import { isRetriedStatus, waitBeforeRetry } from './retry.js';
import { Transport, TransportError, type Answer } from './transport.js';

export interface ClientOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly authScheme: AuthScheme;
  readonly requestsPerMinute: number;
  readonly requestTimeoutMs: number;
  /** How long one request may be tried again in all, and a slow answer be waited for. Milliseconds. */
  readonly maxRetryMs: number;
  /** Requests under way at once, at most. */
  readonly maxRequests: number;
  readonly userAgent: string;
}

/** What the client takes from outside instead of reaching for it. */
export interface ClientSurroundings {
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Told of each answer and each wait, for metrics and statuses. */
  readonly observer?: ClientObserver;
}

export interface ClientObserver {
  answered?(endpoint: Endpoint, status: number, millis: number): void;
  retrying?(endpoint: Endpoint, waitMs: number, rateLimited: boolean): void;
}

/** Bodies over this are an error, so that memory stays bounded: 2,000 rows of 32 KB each. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** A body that is broken this often in a row will stay so; a wrong base_url should not take a quarter of an hour. */
const MAX_BROKEN_BODIES = 5;
/** The end of the year 9998, in milliseconds since 1970: instants have years of four digits. */
const LATEST_TIME = Date.UTC(9999, 0) - 1;

/** The Circle Data API: asks for pages, again and again where that may help, within the pace. */
export class CircleClient implements PageSource {
  private readonly options: ClientOptions;
  private readonly around: ClientSurroundings;
  private readonly transport: Transport;
  private readonly authorization: Authorization;
  private readonly pacer: Pacer;
  private readonly reader = new PageReader();

  constructor(options: ClientOptions, around: ClientSurroundings) {
    this.options = options;
    this.around = around;
    this.transport = new Transport({
      userAgent: options.userAgent,
      timeoutMs: options.requestTimeoutMs,
      maxBodyBytes: MAX_BODY_BYTES,
      maxSockets: options.maxRequests,
    });
    this.authorization = new Authorization(options.token, options.authScheme);
    this.pacer = new Pacer(options.requestsPerMinute, around.now);
  }

  /** Asks for a page by its number. Errors as in {@link follow}. */
  async page(endpoint: Endpoint, query: PageQuery, signal: AbortSignal): Promise<FetchedPage> {
    return await this.follow(endpoint, pageUrl(this.options.baseUrl, endpoint, query), signal);
  }

  /**
   * Asks for the page behind a URL.
   *
   * @throws TokenError, ConfigError, ReportError at once where another attempt cannot help
   * @throws WaitError, ReportError where it did not help for `maxRetryMs`
   * @throws the signal's reason where it was aborted
   */
  async follow(endpoint: Endpoint, url: URL, signal: AbortSignal): Promise<FetchedPage> {
    const started = this.around.now();
    let brokenBodies = 0;
    for (let attempt = 1; ; attempt++) {
      await this.pacer.waitForTurn(signal);
      // No answer takes longer than all tries may, however little of it comes at a time.
      const left = this.options.maxRetryMs - (this.around.now() - started);
      const result = await this.attempt(endpoint, url, Math.max(2 * this.options.requestTimeoutMs, left), signal);
      if ('page' in result) return result;
      if (result.error instanceof BrokenBodyError && ++brokenBodies >= MAX_BROKEN_BODIES) throw result.error;
      if (!result.retried) throw result.error;
      if (result.atOnce) continue;
      const { status, retryAfter, serverNow } = result;
      const wait = waitBeforeRetry({ attempt, status, retryAfter, serverNow }, this.around.random());
      const spent = this.around.now() - started;
      if (spent + wait > this.options.maxRetryMs) throw result.error;
      this.warnOfRetry(endpoint, result.error, wait);
      this.around.observer?.retrying?.(endpoint, wait, status === 429);
      if (status === 429) this.pacer.pause(wait);
      await sleep(wait, signal);
    }
  }

  release(fetched: FetchedPage): void {
    this.transport.recycle(fetched.page.records);
  }

  /** Lets go of connections and timers. */
  close(): void {
    this.pacer.close();
    this.transport.close();
  }

  private async attempt(
    endpoint: Endpoint,
    url: URL,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<FetchedPage | Failure> {
    const request: RequestDetails = { method: 'GET', path: url.pathname };
    const header = this.authorization.header;
    const began = this.around.now();
    let answer: Answer;
    try {
      answer = await this.transport.get(url, header, limitMs, signal);
    } catch (cause) {
      if (!(cause instanceof TransportError)) throw cause;
      this.around.observer?.answered?.(endpoint, 0, this.around.now() - began);
      return { error: errorOfTransport(url, request, cause), retried: cause.retried, serverNow: began };
    }
    const millis = this.around.now() - began;
    this.around.observer?.answered?.(endpoint, answer.status, millis);
    const serverNow = serverTime(answer) ?? began + millis;
    const requestId = answer.header('x-request-id');
    const known = { ...request, status: answer.status, ...(requestId !== undefined && { requestId }) };
    if (answer.status === 200) {
      this.authorization.accepted();
      return this.read(endpoint, url, known, answer.body, [serverNow - millis, serverNow + 1000]);
    }
    const error = errorOfStatus(endpoint, url, known, answer.body.toString('utf8'));
    if (answer.status === 401 && this.authorization.refused(header)) {
      return { error, retried: true, atOnce: true, serverNow };
    }
    const retried = isRetriedStatus(answer.status);
    return { error, retried, status: answer.status, retryAfter: answer.header('retry-after'), serverNow };
  }

  private read(
    endpoint: Endpoint,
    url: URL,
    request: RequestDetails,
    body: Buffer,
    askedBetween: readonly [number, number],
  ): FetchedPage | Failure {
    try {
      const page = this.reader.read(body, endpoint.view);
      const next = page.nextPageUri === null ? null : nextPageUrl(page.nextPageUri, url, request);
      return { page, url, next, askedBetween };
    } catch (cause) {
      if (!(cause instanceof NotAPageError)) throw cause;
      const message =
        `The API answered with success, but ${cause.message}. ` +
        'If this stays so, base_url or a path leads to something that is not the Data API';
      return { error: new BrokenBodyError(message, { request, cause }), retried: true, serverNow: askedBetween[1] };
    }
  }

  private warnOfRetry(endpoint: Endpoint, error: ConnectorError, wait: number): void {
    const seconds = (wait / 1000).toFixed(1);
    this.around.logger.log('warning', `Trying again in ${seconds} s: ${error.line}`, endpoint.stream);
  }
}

/** The answer's `Date`; null where it says nothing, or a time that no timestamp of a row can be compared with. */
function serverTime(answer: Answer): number | null {
  const date = Date.parse(answer.header('date') ?? '');
  return date >= 0 && date <= LATEST_TIME ? date : null;
}

interface Failure {
  readonly error: ConnectorError;
  readonly retried: boolean;
  /** No wait is called for: the next attempt is another question. */
  readonly atOnce?: boolean;
  readonly status?: number;
  readonly retryAfter?: string | undefined;
  readonly serverNow: number;
}

function errorOfTransport(url: URL, request: RequestDetails, cause: TransportError): ConnectorError {
  const options = { request, cause };
  if (cause.code === 'EBODYSIZE') {
    return new ConfigError(`The API sent a page that is too large: ${cause.message}. Set a smaller page_size`, options);
  }
  if (!cause.retried) {
    return new ConfigError(`No safe connection to ${url.origin}: ${cause.message}. Check base_url`, options);
  }
  return new WaitError(`No answer from ${url.origin}: ${cause.message}. Check base_url and the network`, options);
}
