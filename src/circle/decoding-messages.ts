import { ReportError } from '../base/errors.js';
import { NotAPageError } from './answer.js';
import type { Page } from './page.js';

/** What the main thread asks of the decoding thread. Bodies are moved there, not copied. */
export type DecodingRequest =
  /** Comes before the first page that is read with it. */
  | { readonly kind: 'view'; readonly view: number; readonly recipe: unknown }
  | { readonly kind: 'page'; readonly view: number; readonly number: number; readonly body: Uint8Array };

/** What comes back: that the thread is there, then each page, or why it is none. */
export type DecodingReply =
  | 'ready'
  | { readonly number: number; readonly page: Page }
  | { readonly number: number; readonly failure: DecodingFailure };

/** An error as plain data: its class does not survive the way between threads. */
export interface DecodingFailure {
  readonly kind: 'not a page' | 'report';
  readonly message: string;
}

/** @throws what is no fault of the page */
export function failureOf(error: unknown): DecodingFailure {
  if (error instanceof NotAPageError) return { kind: 'not a page', message: error.message };
  if (error instanceof ReportError) return { kind: 'report', message: error.message };
  throw error;
}

export function errorOf({ kind, message }: DecodingFailure): Error {
  return kind === 'not a page' ? new NotAPageError(message) : new ReportError(message);
}
