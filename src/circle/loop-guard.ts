import { ReportError } from '../base/errors.js';
import type { Endpoint } from './endpoint.js';
import { pageKey } from './next-page.js';
import type { FetchedPage } from './page-source.js';

/** Pages in a row that bring nothing new: the server goes in circles under ever new addresses. */
const MAX_BARREN_PAGES = 1000;

/** Finds links that lead back (docs/reliability.md, promise 6). */
export class LoopGuard {
  private readonly endpoint: Endpoint;
  private readonly asked = new Set<string>();
  private readonly links = new Set<string>();
  private readonly ids = new Set<string>();
  private barren = 0;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  check({ url, next }: FetchedPage): void {
    this.asked.add(pageKey(url));
    if (next === null) return;
    const key = pageKey(next);
    if (this.asked.has(key) || this.links.has(key) || !movesOn(url, next)) {
      throw new ReportError(
        `The API's paging goes in a circle: next_page_uri of ${this.endpoint.stream} leads to a page ` +
          `that was read before (${next.pathname}${next.search})`,
        { request: { method: 'GET', path: url.pathname } },
      );
    }
    this.links.add(key);
  }

  /** Counts pages that bring no row that is new to the window. */
  countBarren(ids: readonly string[]): void {
    const before = this.ids.size;
    for (const id of ids) this.ids.add(id);
    this.barren = this.ids.size > before ? 0 : this.barren + 1;
    if (this.barren < MAX_BARREN_PAGES) return;
    throw new ReportError(
      `The API's paging does not end: ${MAX_BARREN_PAGES} pages of ${this.endpoint.stream} in a row brought ` +
        'no new row, and each named a next one',
    );
  }
}

/** Whether the next page's number is higher, where both are told by number alone. */
function movesOn(url: URL, next: URL): boolean {
  const strange = [...next.searchParams.keys()].some((key) => !url.searchParams.has(key) && key !== 'base_timestamp');
  const [from, to] = [url, next].map((address) => Number(address.searchParams.get('page') ?? Number.NaN));
  return strange || from === undefined || to === undefined || !(to <= from);
}
