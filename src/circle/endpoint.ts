import type { RowView } from './page.js';

/** One of the API's two operations, as this connector uses it. */
export interface Endpoint {
  /** The name of the stream that it feeds, for messages. */
  readonly stream: string;
  readonly path: string;
  /** The setting that holds the path, to name when the path is wrong. */
  readonly pathSetting: string;
  /** Only these event names are asked for; empty is all. */
  readonly eventNames: readonly string[];
  readonly view: RowView;
}

/** What one request asks for. Rows come oldest first. */
export interface PageQuery {
  /** Counts from 1. */
  readonly page: number;
  readonly perPage: number;
  /** RFC 3339 in UTC: only rows created strictly later. */
  readonly createdAtGt?: string | undefined;
}

/**
 * The URL of a page. `events[]=a&events[]=b` is the spelling of arrays that Rails reads; a server that does not know it
 * ignores it, which loses nothing.
 */
export function pageUrl(baseUrl: string, endpoint: Endpoint, query: PageQuery): URL {
  // Not by `new URL(path, base)`: a path that begins with two slashes would name another host, which gets the token.
  const url = new URL(baseUrl);
  url.pathname = endpoint.path;
  url.searchParams.set('sort', 'oldest');
  url.searchParams.set('per_page', String(query.perPage));
  url.searchParams.set('page', String(query.page));
  if (query.createdAtGt !== undefined) url.searchParams.set('created_at_gt', query.createdAtGt);
  for (const name of endpoint.eventNames) url.searchParams.append('events[]', name);
  return url;
}
