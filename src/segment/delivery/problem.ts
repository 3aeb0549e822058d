import type { RequestDetails } from '../../base/errors.js';

/**
 * Why calls were not accepted, by what is to be done: `again` the same later, `refused` is what is in them (another
 * attempt with fewer of them may tell which), `never` is everything that would be sent like this.
 */
export type Remedy = 'again' | 'refused' | 'never';

/** One attempt failed. */
export class DeliveryProblem extends Error {
  readonly remedy: Remedy;
  readonly request: RequestDetails;
  /** How long Segment asks to wait, in milliseconds; null where it says nothing. */
  readonly retryAfterMs: number | null;

  constructor(remedy: Remedy, message: string, request: RequestDetails, options: ProblemOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = remedy;
    this.request = request;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

export interface ProblemOptions {
  readonly retryAfterMs?: number | null;
  readonly cause?: unknown;
}
