import type { RequestDetails } from '../../base/errors.js';
import { isJsonObject } from '../../base/json.js';
import { retryAfterMillis } from '../../base/retry-wait.js';
import { DeliveryProblem, type Remedy } from './problem.js';

/** An answer of the API, as far as it matters. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | null;
  /** Where a redirection points. */
  readonly location: string | null;
  /** The start of the body. */
  readonly body: string;
}

/** Answers of the server's that another attempt may change, beside 5xx (as in the library's own policy). */
const busy: ReadonlySet<number> = new Set([408, 410, 425, 429, 460]);
/** Answers of 5xx that no other attempt changes. */
const unable: ReadonlySet<number> = new Set([501, 505, 511]);
/** Answers about what is in the request: a call that is no valid JSON or too large. */
const refused: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * What an answer means.
 *
 * @param now of the answer, in milliseconds since 1970
 * @returns null where the calls were accepted
 */
export function problemOf(answer: Answer, request: RequestDetails, now: number): DeliveryProblem | null {
  const { status } = answer;
  const told = { ...request, status };
  const problem = (remedy: Remedy, what: string): DeliveryProblem => {
    const retryAfterMs = retryAfterMillis(answer.retryAfter, now);
    return new DeliveryProblem(remedy, `${what}${quoted(answer)}`, told, { retryAfterMs });
  };
  if (status >= 200 && status < 300) {
    // A login page of a proxy has this status too; what the API answers with is JSON, or what a proxy has of its own.
    if (isWebPage(answer)) {
      return problem('never', 'host answered with a web page: it is not an API of Segment');
    }
    return saysNo(answer.body) ? problem('refused', 'Segment took the request, but says that it failed') : null;
  }
  if (status >= 300 && status < 400) {
    // The library would call this a success, and fetch would follow with a GET that carries nothing.
    return problem('never', `host sends requests on to ${answer.location ?? 'another place'}: set host to that`);
  }
  if (status === 401 || status === 403)
    return problem('never', 'Segment does not accept the write key: check write_key, and host for its region');
  if (status === 404 || status === 405) return problem('never', 'host has no Tracking API at this path: check host');
  if (refused.has(status)) return problem('refused', 'Segment refused the call');
  if (status === 429) return problem('again', 'Segment is rate limiting');
  if (busy.has(status) || (status >= 500 && !unable.has(status))) return problem('again', 'Segment could not answer');
  return problem('never', 'Segment refused the request');
}

/** Whatever its type says, a body that begins with a tag is no JSON. */
function isWebPage({ contentType, body }: Answer): boolean {
  return contentType.startsWith('text/html') || body.trimStart().startsWith('<');
}

function saysNo(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) && value['success'] === false;
  } catch {
    return false;
  }
}

/** What the API says, for people. */
function quoted(answer: Answer): string {
  const text = isWebPage(answer) ? '' : answer.body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return text === '' || text === '{}' ? '' : `: ${text}`;
}
