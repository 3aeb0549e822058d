import type { RequestDetails } from '../../base/errors.js';
import { messageOf } from '../../base/errors.js';
import { problemOf, type Answer } from './answer.js';
import { DeliveryProblem } from './problem.js';

/** One POST, as the library puts it together. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TransportOptions {
  /** For the whole of one attempt, the body of the answer too. */
  readonly timeoutMs: number;
  /** Ends attempts that are under way. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of each request. */
  readonly onRequest: () => void;
}

/** What the API takes in a request. The batches here stay below; this is the last look at what the library made of them. */
const MOST_REQUEST_BYTES = 500_000;
/** An answer of the API has a few bytes; of anything longer the start will do. */
const MOST_ANSWER_BYTES = 64 * 1024;

/**
 * Makes one attempt. It stands in for the library's own HTTP client, which takes redirections for success.
 *
 * @param attempt from 0
 * @throws DeliveryProblem where the calls were not accepted
 */
export async function post(request: Post, attempt: number, options: TransportOptions): Promise<void> {
  const details: RequestDetails = { method: 'POST', path: new URL(request.url).pathname };
  if (Buffer.byteLength(request.body) > MOST_REQUEST_BYTES) {
    throw new DeliveryProblem('refused', 'The request is over 500 KB, which Segment does not take', details);
  }
  options.onRequest();
  const answer = await answerTo(request, attempt, options, details);
  const problem = problemOf(answer, details, options.now());
  if (problem !== null) throw problem;
}

async function answerTo(
  { url, headers, body }: Post,
  attempt: number,
  { timeoutMs, signal }: TransportOptions,
  details: RequestDetails,
): Promise<Answer> {
  const ending = new AbortController();
  const end = (): void => ending.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const timer = setTimeout(() => ending.abort(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: attempt === 0 ? headers : { ...headers, 'X-Retry-Count': String(attempt) },
      body,
      redirect: 'manual',
      signal: ending.signal,
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type')?.toLowerCase() ?? '',
      retryAfter: response.headers.get('retry-after'),
      location: response.headers.get('location'),
      body: await startOf(response),
    };
  } catch (cause) {
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : rootOf(cause);
    throw new DeliveryProblem('again', `Segment cannot be reached: ${messageOf(reason)}`, details, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** The start of the body, and no more of it. An answer that breaks off is no answer: the calls are sent again. */
async function startOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    size += piece.length;
    if (size > MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** `fetch failed` says nothing; what caused it does. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (root instanceof AggregateError && root.message === '') return root.errors[0];
  return root;
}
