import { ReportError, type RequestDetails } from '../base/errors.js';
import { isJsonObject, type JsonValue } from '../base/json.js';
import { NotAPageError } from './answer.js';

/** What must survive from one page to the next, whatever the server made of it. */
const kept = ['sort', 'per_page', 'created_at_gt', 'events[]'];

/**
 * The `next_page_uri` of an answer as the server wrote it, null where it is absent.
 *
 * @throws NotAPageError where it is something else
 */
export function nextPageUriOf(pagination: JsonValue | undefined): string | null {
  if (!isJsonObject(pagination)) return null;
  const uri = pagination['next_page_uri'];
  if (uri === undefined || uri === null || uri === '') return null;
  if (typeof uri !== 'string') throw new NotAPageError('`next_page_uri` is not a string');
  return uri;
}

/**
 * The URL behind a `next_page_uri`, absolute or relative. The reference says nothing on which parameters it carries, so
 * those that we asked with are put back, and the token is never sent to another origin (docs/reliability.md, promise 6).
 *
 * @param uri as the server wrote it
 * @param asked the URL of the page that carried it
 * @throws ReportError where the URI is no URL or leads elsewhere
 */
export function nextPageUrl(uri: string, asked: URL, request: RequestDetails): URL {
  let url: URL;
  try {
    url = new URL(uri, asked);
  } catch (cause) {
    throw new ReportError(`The API sent a next_page_uri that is no URL: ${uri.slice(0, 200)}`, { request, cause });
  }
  if (url.origin !== asked.origin) {
    throw new ReportError(
      `The API sent a next_page_uri of another origin, ${url.origin} instead of ${asked.origin}: ` +
        'it was not followed, since the token would have gone there',
      { request },
    );
  }
  const strange = [...url.searchParams.keys()].some((key) => !asked.searchParams.has(key) && key !== 'base_timestamp');
  for (const key of kept) {
    const values = asked.searchParams.getAll(key);
    if (key === 'events[]' && values.length > 0) url.searchParams.delete('events');
    url.searchParams.delete(key);
    for (const value of values) url.searchParams.append(key, value);
  }
  if (!url.searchParams.has('page') && !strange) {
    url.searchParams.set('page', String(Number(asked.searchParams.get('page') ?? '1') + 1));
  }
  url.hash = '';
  return url;
}

/** What makes a page the same page again, for finding cycles: its URL, in whatever order the parameters stand. */
export function pageKey(url: URL): string {
  const key = new URL(url);
  key.searchParams.sort();
  return key.href;
}
