import type { Endpoint, PageQuery } from './endpoint.js';
import type { Page } from './page.js';

/** A page with where it came from and where the server says to go on. */
export interface FetchedPage {
  readonly page: Page;
  readonly url: URL;
  readonly next: URL | null;
  /**
   * When the request began by the server's clock, in milliseconds since 1970: not before the first, not after the
   * second. Servers tell their time to the second.
   */
  readonly askedBetween: readonly [number, number];
}

/** Where the walk gets its pages from. */
export interface PageSource {
  /** Asks for a page by its number. */
  page(endpoint: Endpoint, query: PageQuery, signal: AbortSignal): Promise<FetchedPage>;
  /** Asks for the page behind a URL that an earlier page named. */
  follow(endpoint: Endpoint, url: URL, signal: AbortSignal): Promise<FetchedPage>;
  /** A page has been handed on: its rows' text is not asked for any more. */
  release(fetched: FetchedPage): void;
}
