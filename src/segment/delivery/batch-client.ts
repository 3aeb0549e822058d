import { Analytics } from '@segment/analytics-node';
import type { RequestDetails } from '../../base/errors.js';
import type { Call } from '../mapping/calls.js';
import { DeliveryProblem } from './problem.js';
import { post, type TransportOptions } from './transport.js';

export interface BatchClientOptions extends TransportOptions {
  readonly writeKey: string;
  readonly host: string;
}

/** What became of one call in one attempt; null is accepted. */
export type Outcome = DeliveryProblem | null;

/** Each is emitted for a call of that type that was delivered. */
const deliveredTypes = ['track', 'identify', 'group', 'page'] as const;
/** The library's timer is no more than a way out: each batch is flushed at once. */
const FLUSH_INTERVAL_MS = 1000;
/** Beyond the timeout of the request: a library that does not come back must not hang the run. */
const PATIENCE_MS = 15_000;

/**
 * One client of Segment's library that has one batch under way at most. So a batch is exactly one request: the library on its
 * own starts a request for each full batch with no bound, and holds what is left back for its timer. It makes one
 * attempt and no more; whether there is another is decided outside, where the time is known.
 */
export class BatchClient {
  private readonly options: BatchClientOptions;
  private library: Library;
  private attempt = 0;

  constructor(options: BatchClientOptions) {
    this.options = options;
    this.library = this.open();
  }

  /**
   * Makes one attempt to send the calls in one request.
   *
   * @param attempt from 0
   * @returns what became of each, in their order
   */
  async send(calls: readonly Call[], attempt: number): Promise<Outcome[]> {
    const { library } = this;
    const waiting = calls.map((): Outcome | undefined => undefined);
    this.attempt = attempt;
    library.settle = (messageId, outcome) => {
      const index = calls.findIndex((call, n) => waiting[n] === undefined && call.messageId === messageId);
      if (index >= 0) waiting[index] = outcome;
    };
    calls.forEach((call, index) => {
      try {
        hand(library.analytics, call);
      } catch (cause) {
        waiting[index] = new DeliveryProblem('refused', `The library refused the call: ${String(cause)}`, noRequest, {
          cause,
        });
      }
    });
    await library.analytics.flush({ timeout: this.options.timeoutMs + PATIENCE_MS });
    library.settle = null;
    if (waiting.includes(undefined)) this.library = this.open();
    return waiting.map((outcome) => (outcome === undefined ? forgotten() : outcome));
  }

  /** Closes the library; nothing is under way then. */
  async close(): Promise<void> {
    await this.library.analytics.closeAndFlush({ timeout: FLUSH_INTERVAL_MS });
  }

  private open(): Library {
    const { writeKey, host } = this.options;
    const analytics = new Analytics({
      writeKey,
      host,
      flushAt: 1_000_000,
      flushInterval: FLUSH_INTERVAL_MS,
      maxRetries: 0,
      httpClient: {
        makeRequest: async (request) => {
          await post(request, this.attempt, this.options);
          return { status: 200, statusText: 'OK' };
        },
      },
    });
    const library: Library = { analytics, settle: null };
    for (const type of deliveredTypes) {
      analytics.on(type, (context) => library.settle?.(context.event.messageId, null));
    }
    analytics.on('error', ({ reason, ctx }) => {
      const messageId = ctx?.event.messageId;
      if (messageId !== undefined) library.settle?.(messageId, asProblem(reason));
    });
    return library;
  }
}

interface Library {
  readonly analytics: Analytics;
  /** Told what became of a call of the batch that is under way. */
  settle: ((messageId: string | undefined, outcome: Outcome) => void) | null;
}

const noRequest: RequestDetails = { method: 'POST', path: '/v1/batch' };

function hand(analytics: Analytics, given: Call): void {
  // The library writes into the context.
  const call = { ...given, context: { ...given.context } };
  switch (call.type) {
    case 'track':
      analytics.track(call);
      break;
    case 'identify':
      analytics.identify(call);
      break;
    case 'group':
      analytics.group(call);
      break;
    case 'page':
      analytics.page(call);
      break;
  }
}

function asProblem(reason: unknown): DeliveryProblem {
  if (reason instanceof DeliveryProblem) return reason;
  return new DeliveryProblem('refused', `The library did not send the call: ${String(reason)}`, noRequest);
}

/** The library said nothing of the call. It may have arrived; the same messageId makes another attempt harmless. */
function forgotten(): DeliveryProblem {
  return new DeliveryProblem('again', 'The library did not say what became of the call', noRequest);
}
