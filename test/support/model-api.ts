import { millisOfInstant, parseInstant } from '../../src/base/instant.js';
import { pageUrl, type Endpoint, type PageQuery } from '../../src/circle/endpoint.js';
import { nextPageUrl } from '../../src/circle/next-page.js';
import { Page } from '../../src/circle/page.js';
import type { FetchedPage, PageSource } from '../../src/circle/page-source.js';
import { sight } from '../../src/circle/sighting.js';

/** A row of the model: everything is in microseconds of the model's clock. */
export interface ModelRow {
  readonly id: string;
  readonly created: number;
  /** As the API shows it; may be null or no timestamp. */
  readonly shown: string | null;
  readonly visibleAt: number;
  readonly deletedAt: number;
}

export interface ModelApiOptions {
  readonly rows: readonly ModelRow[];
  /** The server gives no more rows than this on a page. */
  readonly cap: number;
  /** Newest first whatever is asked. */
  readonly ignoresSort: boolean;
  /** Equal times come in another order on every request. */
  readonly shufflesTies: boolean;
  /** Whether per_page is obeyed at all. */
  readonly fixedSize: boolean;
  /** What next_page_uri looks like. */
  readonly links: 'absolute' | 'relative' | 'bare';
  /** How long a request takes. */
  readonly step: number;
}

/** Microseconds since 1970 at which the model's time begins. */
export const EPOCH = Date.UTC(2026, 0, 1) * 1000;

/**
 * An API with a clock of its own that answers the engine without HTTP, so that a hundred thousand histories can be
 * played. Bodies are decoded by the real decoder.
 */
export class ModelApi implements PageSource {
  now = 0;
  requests = 0;
  private readonly options: ModelApiOptions;

  constructor(options: ModelApiOptions) {
    this.options = options;
  }

  visible(at: number): ModelRow[] {
    return this.options.rows.filter((row) => row.visibleAt <= at && at < row.deletedAt);
  }

  async page(endpoint: Endpoint, query: PageQuery): Promise<FetchedPage> {
    return await this.follow(endpoint, pageUrl('http://model.test', endpoint, query));
  }

  async follow(endpoint: Endpoint, url: URL): Promise<FetchedPage> {
    // Requests that were sent together are served one after another, each later in the model's time.
    await Promise.resolve();
    this.now += this.options.step;
    this.requests++;
    const body = Buffer.from(JSON.stringify(this.answer(url)));
    const page = new Page(body, endpoint.view);
    const next = page.nextPageUri === null ? null : nextPageUrl(page.nextPageUri, url, { method: 'GET', path: '/' });
    const millis = (EPOCH + this.now - this.options.step) / 1000;
    return { page, sighting: sight(page), url, next, askedBetween: [Math.floor(millis), Math.ceil(millis)] };
  }

  release(): void {
    // Bodies are not pooled here.
  }

  private answer(url: URL): unknown {
    const { cap, fixedSize, links } = this.options;
    const perPage = fixedSize ? cap : Math.min(cap, Number(url.searchParams.get('per_page')));
    const number = Number(url.searchParams.get('page'));
    const rows = this.sorted(this.after(url.searchParams.get('created_at_gt')));
    const shown = rows.slice((number - 1) * perPage, number * perPage);
    const events = shown.map(({ id, shown: createdAt }) => ({ id, name: 'x', created_at: createdAt }));
    if (number * perPage >= rows.length) return { pagination: {}, events };
    const next = new URL(url);
    next.searchParams.set('page', String(number + 1));
    const uri =
      links === 'absolute'
        ? next.href
        : links === 'relative'
          ? next.pathname + next.search
          : `${next.pathname}?page=${number + 1}`;
    return { pagination: { next_page_uri: uri }, events };
  }

  private after(gt: string | null): ModelRow[] {
    const rows = this.visible(this.now);
    if (gt === null) return rows;
    const instant = parseInstant(gt);
    if (instant === null) throw new Error(`created_at_gt is no timestamp: ${gt}`);
    const micros = millisOfInstant(instant) * 1000 + Number(instant.slice(23, 26).padEnd(3, '0'));
    return rows.filter((row) => EPOCH + row.created > micros);
  }

  private sorted(rows: ModelRow[]): ModelRow[] {
    const { ignoresSort, shufflesTies } = this.options;
    const rank = (row: ModelRow): string => (shufflesTies ? mixed(row.id, this.requests) : row.id);
    const ascending = rows.sort((a, b) => a.created - b.created || (rank(a) < rank(b) ? -1 : 1));
    return ignoresSort ? ascending.reverse() : ascending;
  }
}

function mixed(id: string, salt: number): string {
  let hash = salt * 2654435761;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return hash.toString(16).padStart(8, '0') + id;
}
