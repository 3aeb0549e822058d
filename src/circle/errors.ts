import {
  ConfigError,
  ReportError,
  TokenError,
  WaitError,
  type ConnectorError,
  type RequestDetails,
} from '../base/errors.js';
import { isJsonObject, type JsonValue } from '../base/json.js';
import type { Endpoint } from './endpoint.js';

/** A body that is not what the reference describes, although the status says success: it is asked for again. */
export class BrokenBodyError extends ReportError {}

/** The error that ends the stream for an HTTP status, with what to do about it. */
export function errorOfStatus(
  endpoint: Endpoint,
  url: URL,
  request: RequestDetails & { status: number },
  body: string,
): ConnectorError {
  const said = serverMessage(body);
  const quote = said === '' ? '' : `: "${said}"`;
  const options = { request };
  switch (request.status) {
    case 401:
      return new TokenError(
        `The API does not accept the token${quote}. Check api_token: it must be a token of the Data API ` +
          '(Circle: Settings > Developers > Tokens), and tokens of other types look alike. ' +
          'If it is right, try auth_scheme Bearer or Token',
        options,
      );
    case 403:
      return new TokenError(
        `The token may not read ${endpoint.stream}${quote}. Either its type is not Data API, ` +
          "or the community's plan does not include the Data API; ask Circle or an admin of the community",
        options,
      );
    case 404:
      return new ConfigError(
        `Nothing at ${url.origin}${url.pathname}${quote}. The public reference does not state the paths: ` +
          `compare ${endpoint.pathSetting} and base_url with the address that Circle gave you`,
        options,
      );
    case 400:
    case 422:
      return new ConfigError(
        `The API rejects the question${quote}. Check event_names, start_date and page_size; ` +
          `it was asked for ${decodeURIComponent(url.search.slice(1)) || 'nothing special'}`,
        options,
      );
    case 407:
      return new ConfigError(
        `A proxy between here and the API does not accept its credentials${quote}. Put them into HTTP_PROXY or ` +
          'HTTPS_PROXY (http://NAME:PASSWORD@HOST:PORT, other characters than letters and digits percent-encoded)',
        options,
      );
    case 429:
      return new WaitError(
        `The API keeps answering "too many requests"${quote}. Something else uses up the rate limit of this ` +
          'community or address: run again later, or lower requests_per_minute',
        options,
      );
    default:
      // A 304 leads nowhere: something between us and the API keeps a copy, and takes ours for it.
      if (request.status >= 300 && request.status < 400 && request.status !== 304) {
        return new ConfigError(
          `The API answered with a redirect${quote}, which is not followed because the token would go along. ` +
            'Set base_url to the final address',
          options,
        );
      }
      if (request.status >= 500 || request.status === 408 || request.status === 425) {
        return new WaitError(
          `The API is not available${quote}. It was tried again and again: run again later, ` +
            'nothing that was sent will be sent twice',
          options,
        );
      }
      return new ReportError(`The API answered in an unexpected way${quote}`, options);
  }
}

/**
 * Circle's own words in an error body, on one line. The shapes seen: `message`, `errors`, `error` as text, `status`
 * with `message`; 429 and 5xx may be HTML (as of Circle's Admin API).
 */
export function serverMessage(body: string): string {
  let said = body;
  try {
    const parsed = JSON.parse(body) as JsonValue;
    if (isJsonObject(parsed)) {
      const details = parsed['error_details'];
      const found = [parsed['message'], parsed['errors'], parsed['error'], isJsonObject(details) && details['message']]
        .filter((value): value is string => typeof value === 'string' && value.trim() !== '')
        .filter((value, index, all) => all.indexOf(value) === index);
      said = found.length > 0 ? found.join(' ') : '';
    }
  } catch {
    // A tag ends before the next one begins: else a body of `<` alone takes seconds, and nothing else runs meanwhile.
    said = /<title[^<>]*>([^<]*)/i.exec(body)?.[1] ?? body.replace(/<[^<>]*>/g, ' ');
  }
  const line = said.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}...` : line;
}
