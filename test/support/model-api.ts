import { ConfigError, WaitError } from '../../src/base/errors.js';
import { millisOfInstant, parseInstant } from '../../src/base/instant.js';
import { pageUrl, type Endpoint, type PageQuery } from '../../src/circle/endpoint.js';
import { nextPageUrl } from '../../src/circle/next-page.js';
import { PageReader } from '../../src/circle/page-reader.js';
import type { FetchedPage, PageSource } from '../../src/circle/page-source.js';

/** A row of the model: everything is in microseconds of the model's clock. */
export interface ModelRow {
  readonly id: string;
  /** By which the server sorts and filters. */
  readonly created: number;
  /** As the API shows it; may be null, no timestamp, or cut to fewer digits than the server knows. */
  readonly shown: string | null;
  readonly visibleAt: number;
  readonly deletedAt: number;
  readonly name?: string;
}

/** How the model's server behaves. What is optional is what the public reference leads one to expect. */
export interface ModelApiOptions {
  readonly rows: readonly ModelRow[];
  /** The server gives no more rows than this on a page. */
  readonly cap: number;
  /** Newest first whatever is asked. */
  readonly ignoresSort: boolean;
  /** Sorts by something else than the time, perhaps only up to some moment. */
  readonly sortsBy?: (row: ModelRow, now: number) => number;
  /** created_at_gt is not read. */
  readonly ignoresFilter?: boolean;
  /** Equal times come in another order on every request. */
  readonly shufflesTies: boolean;
  /** Whether per_page is obeyed at all. */
  readonly fixedSize: boolean;
  /** What next_page_uri looks like: `pinned` carries a base_timestamp, `opaque` says nothing but a cursor. */
  readonly links: 'absolute' | 'relative' | 'bare' | 'pinned' | 'opaque';
  /** To how many digits of a second created_at_gt is read; the rest is cut. */
  readonly filterDigits?: 0 | 3 | 6;
  /** Whether `events[]` is read. */
  readonly readsNames?: boolean;
  /** Rows created after the request are not shown. */
  readonly hidesFuture?: boolean;
  /** A page behind the last one is a 404, not an empty page. */
  readonly missingPages?: boolean;
  /** A full last page names a next one, which is empty. */
  readonly namesEmptyPage?: boolean;
  /** Shares of per_page that pages 1, 2, 3... really hold, again and again; the rest comes on the page after. */
  readonly shares?: readonly number[];
  /** The first row of each page comes twice. */
  readonly repeatsRows?: boolean;
  /** Every so many requests, the page's first row stands at its end. */
  readonly disorderEvery?: number | null;
  /** Requests that were sent together are served in another order: by so many turns later, in turn. */
  readonly delays?: readonly number[];
  /** Tells its time to the second only, as a Date header does. */
  readonly clock?: 'exact' | 'to the second';
  /** How long a request takes. */
  readonly step: number;
}

/** Microseconds since 1970 at which the model's time begins. */
export const EPOCH = Date.UTC(2026, 0, 1) * 1000;
const SECOND = 1_000_000;
/** No history needs as many requests for one sync: the walk would go on for ever. */
const TOO_MANY_REQUESTS = 5000;

/** What happens at a request of a sync, counted from 1. */
export interface Incident {
  readonly request: number;
  readonly happens: () => 'fails' | 'goes on';
}

/**
 * An API with a clock of its own that answers the engine without HTTP, so that a hundred thousand histories can be
 * played. Bodies are decoded by the real decoder.
 */
export class ModelApi implements PageSource {
  now = 0;
  requests = 0;
  private readonly options: ModelApiOptions;
  private incident: Incident | null = null;
  private ofSync = 0;

  constructor(options: ModelApiOptions) {
    this.options = options;
  }

  visible(at: number): ModelRow[] {
    return this.options.rows.filter((row) => row.visibleAt <= at && at < row.deletedAt);
  }

  /** Begins to count the requests of a sync. */
  beginSync(incident: Incident | null): void {
    this.incident = incident;
    this.ofSync = 0;
  }

  async page(endpoint: Endpoint, query: PageQuery, signal: AbortSignal): Promise<FetchedPage> {
    return await this.follow(endpoint, pageUrl('http://model.test', endpoint, query), signal);
  }

  async follow(endpoint: Endpoint, url: URL, signal: AbortSignal): Promise<FetchedPage> {
    const { delays = [0], step, clock = 'exact' } = this.options;
    const { incident } = this;
    const number = ++this.ofSync;
    if (number > TOO_MANY_REQUESTS) throw new Error('the walk does not end');
    // Requests that were sent together are served one after another, each later in the model's time.
    for (let turns = delays[number % delays.length] ?? 0; turns >= 0; turns--) await Promise.resolve();
    if (incident !== null && number >= incident.request && incident.happens() === 'fails') {
      throw new WaitError('The model is not available');
    }
    signal.throwIfAborted();
    const asked = EPOCH + this.now;
    this.now += step;
    this.requests++;
    const page = new PageReader().read(Buffer.from(JSON.stringify(this.answer(url))), endpoint.view);
    const next = page.nextPageUri === null ? null : nextPageUrl(page.nextPageUri, url, { method: 'GET', path: '/' });
    return { page, url, next, askedBetween: between(asked, asked + step, clock) };
  }

  release(): void {
    // Bodies are not pooled here.
  }

  private answer(url: URL): unknown {
    const { namesEmptyPage = false, missingPages = false, repeatsRows = false } = this.options;
    const asked = this.read(url);
    const rows = this.sorted(this.matching(asked));
    const { start, end } = this.place(asked);
    const isBeyond = start > rows.length || (start === rows.length && !namesEmptyPage);
    if (missingPages && asked.page > 1 && isBeyond) {
      throw new ConfigError('No such page', { request: { method: 'GET', path: url.pathname, status: 404 } });
    }
    const shown = this.disordered(rows.slice(start, end));
    if (repeatsRows) shown.unshift(...shown.slice(0, 1));
    const events = shown.map(({ id, shown: createdAt, name = 'x' }) => ({ id, name, created_at: createdAt }));
    const isFull = namesEmptyPage && end > start && end === rows.length;
    return { pagination: end < rows.length || isFull ? { next_page_uri: this.link(url, asked) } : {}, events };
  }

  private read(url: URL): Asked {
    const { cap, fixedSize } = this.options;
    const query = url.searchParams;
    const cursor = query.get('cursor');
    if (cursor !== null) return JSON.parse(cursor) as Asked;
    const gt = query.get('created_at_gt');
    return {
      page: Number(query.get('page')),
      perPage: fixedSize ? cap : Math.min(cap, Number(query.get('per_page'))),
      gt: gt === null ? null : microsOf(gt),
      names: query.getAll('events[]'),
      base: Number(query.get('base_timestamp') ?? this.now),
    };
  }

  private link(url: URL, asked: Asked): string {
    const { links } = this.options;
    if (links === 'opaque') {
      return `${url.pathname}?cursor=${encodeURIComponent(JSON.stringify({ ...asked, page: asked.page + 1 }))}`;
    }
    if (links === 'bare') return `${url.pathname}?page=${asked.page + 1}`;
    const next = new URL(url);
    next.searchParams.set('page', String(asked.page + 1));
    if (links === 'pinned') next.searchParams.set('base_timestamp', String(asked.base));
    return links === 'relative' ? next.pathname + next.search : next.href;
  }

  private place({ page, perPage }: Asked): { start: number; end: number } {
    const { shares = [1] } = this.options;
    const size = (number: number): number => Math.floor(perPage * (shares[(number - 1) % shares.length] ?? 1));
    let start = 0;
    for (let number = 1; number < page; number++) start += size(number);
    return { start, end: start + size(page) };
  }

  private matching({ gt, names, base }: Asked): ModelRow[] {
    const { links, ignoresFilter = false, filterDigits = 6, readsNames = true, hidesFuture = false } = this.options;
    const unit = 10 ** (6 - filterDigits);
    const after = gt === null || ignoresFilter ? Number.NEGATIVE_INFINITY : Math.floor(gt / unit) * unit;
    return this.visible(this.now).filter(
      ({ created, name = 'x' }) =>
        created > after &&
        (!readsNames || names.length === 0 || names.includes(name)) &&
        (!(hidesFuture || links === 'pinned') || created < base),
    );
  }

  private sorted(rows: ModelRow[]): ModelRow[] {
    const { ignoresSort, shufflesTies, sortsBy } = this.options;
    if (sortsBy !== undefined) return rows.sort((a, b) => sortsBy(a, this.now) - sortsBy(b, this.now));
    const rank = (row: ModelRow): string => (shufflesTies ? mixed(row.id, this.requests) : row.id);
    const ascending = rows.sort((a, b) => a.created - b.created || (rank(a) < rank(b) ? -1 : 1));
    return ignoresSort ? ascending.reverse() : ascending;
  }

  private disordered(rows: ModelRow[]): ModelRow[] {
    const { disorderEvery = null } = this.options;
    if (disorderEvery === null || this.requests % disorderEvery !== 0) return rows;
    return [...rows.slice(1), ...rows.slice(0, 1)];
  }
}

/** What a request asks for; times are of the model's clock. */
interface Asked {
  readonly page: number;
  readonly perPage: number;
  readonly gt: number | null;
  readonly names: readonly string[];
  readonly base: number;
}

/** When a request began by what the server tells, in milliseconds since 1970: as the client computes it. */
function between(asked: number, answered: number, clock: 'exact' | 'to the second'): [number, number] {
  if (clock === 'exact') return [Math.floor(asked / 1000), Math.ceil(asked / 1000)];
  const date = Math.floor(answered / SECOND) * 1000;
  return [date - Math.ceil((answered - asked) / 1000), date + 1000];
}

function microsOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === null) throw new Error(`created_at_gt is no timestamp: ${text}`);
  return millisOfInstant(instant) * 1000 + Number(instant.slice(23, 26).padEnd(3, '0')) - EPOCH;
}

function mixed(id: string, salt: number): string {
  return hashOf(id, salt).toString(16).padStart(8, '0') + id;
}

/** A number that has nothing to do with the order of ids. */
export function hashOf(id: string, salt = 1): number {
  let hash = salt * 2654435761;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return hash;
}
