import { ConfigError, ReportError } from '../base/errors.js';
import { minusSeconds, type Instant } from '../base/instant.js';
import type { Logger } from '../base/logger.js';
import { createdAtGt, furthest, type Anchor } from './anchor.js';
import { Chain, type ChainOptions, type Link } from './chain.js';
import type { Endpoint } from './endpoint.js';
import { Experience } from './experience.js';
import { LoopGuard } from './loop-guard.js';
import type { FetchedPage, PageSource } from './page-source.js';
import { SMALLEST_RANGED_PAGE } from './ranges.js';
import { idsOf, type Sighting } from './sighting.js';

/** A page of the walk, handed on in order. The same row may come in several pages: dropping it is the reader's part. */
export interface WalkPage extends Sighting {
  readonly fetched: FetchedPage;
  /** When the walk asked first, as in {@link FetchedPage.askedBetween}. */
  readonly startedBetween: FetchedPage['askedBetween'];
  /** Where it was asked for from: rows before it belong to pages that are done. */
  readonly anchor: Instant | null;
  /** False once the server's order has broken. */
  readonly trusted: boolean;
  /** Every row created before this instant has been handed on; null where the order does not show that (yet). */
  readonly covers: Instant | null;
}

export interface WalkOptions {
  readonly client: PageSource;
  readonly endpoint: Endpoint;
  readonly perPage: number;
  /** Pages asked for at once: the one that is being read, and those ahead of it. */
  readonly width: number;
  /** null is from the beginning of time. */
  readonly from: Anchor | null;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A window that is asked for again and again still moved: give up on overlapping pages, follow the links. */
const MAX_RANGED_TRIES = 3;
/** Pages of a window that are smaller than asked for: then a whole one is asked for again. */
const MAX_SMALL_PAGES = 100;
/** A window read by its links whose rows still vanish between two readings. */
const MAX_LINKED_TRIES = 50;
/** Pages out of order, in a window read by its links, before the server is taken not to sort. */
const MAX_DISORDERS = 3;
/** A server may read created_at_gt to the second; rows further back mean that it does not read it at all. */
const FILTER_SLACK_SECONDS = 2;

type End = 'end';
type Moved = 'moved';

const UNSORTED = 'The API does not sort by created_at as asked';

/** The last page that is certain, and what it was asked for. */
interface DonePage {
  readonly page: WalkPage;
  readonly link: Link;
}

/** A window as the server's links brought it: what it takes to read it again. */
interface LinkedWindow {
  /** All pages but the last. */
  readonly pages: readonly { readonly url: URL; readonly ids: readonly string[] }[];
  readonly reached: Anchor | null;
  /** Whether a page began later than the one before it ended. */
  readonly seemsSorted: boolean;
  /** Whether the last page was that of the stream. */
  readonly isEnd: boolean;
}

/** Thrown inside the walk where anchors cannot be used; the walk then drains the stream without them. */
class NotAnchorable extends Error {}

/**
 * Walks one endpoint's rows from an instant to the end, oldest first (docs/reliability.md, promises 5 to 7).
 *
 * The walk goes in windows. A window's anchor is the latest instant read so far, inclusive, so that page numbers stay
 * small and rows that vanish can disturb one window only. Inside a window, several pages are asked for at once; each
 * overlaps the one before by some rows, and is believed only where the overlap shows that nothing moved in between.
 * Where it did, the next window begins at the last row that is certain.
 */
export class Walk {
  private readonly options: WalkOptions;
  private readonly experience: Experience;
  private trusted = true;
  private startedBetween: FetchedPage['askedBetween'] | null = null;
  /**
   * Whether an earlier row has come before a later one. Until then nothing shows that the server sorts, and no anchor
   * may be set: a page of one row, or of equal times, fits any order.
   */
  private orderSeen = false;

  constructor(options: WalkOptions) {
    this.options = options;
    this.experience = new Experience(options.perPage);
  }

  /** The pages in order. Errors are those of {@link PageSource.follow}, and ReportError where paging goes in circles. */
  async *pages(): AsyncGenerator<WalkPage, void> {
    try {
      yield* this.allWindows();
    } catch (error) {
      if (!(error instanceof NotAnchorable)) throw error;
      this.trusted = false;
      const message = `${error.message}: the bookmark stays where it was until all pages are read`;
      this.options.logger.log('warning', message, this.options.endpoint.stream);
      yield* this.allWindows();
    }
  }

  private async *allWindows(): AsyncGenerator<WalkPage, void> {
    let anchor: Anchor | null | End = this.options.from;
    while (anchor !== 'end') anchor = yield* this.window(anchor);
  }

  /** Reads one window; returns where the next one begins. */
  private async *window(anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End> {
    for (let tries = 0; tries < MAX_RANGED_TRIES && this.experience.pageSize >= SMALLEST_RANGED_PAGE; tries++) {
      const next: Anchor | End | Moved | null = yield* this.byRanges(anchor);
      if (next === null) break;
      if (next !== 'moved') return next;
    }
    return yield* this.byLinks(anchor);
  }

  /**
   * Reads a window in overlapping pages, each of which is believed where it joins the one before.
   *
   * @returns 'moved' where rows vanished before anything was certain; null where pages cannot overlap any more
   */
  private async *byRanges(anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End | Moved | null> {
    const { endpoint, width, perPage } = this.options;
    const chain = this.chainFrom(anchor);
    let loop = new LoopGuard(endpoint);
    let done: DonePage | null = null;
    let reached: Anchor | null = null;
    try {
      for (let pages = 1; ; pages++) {
        const link = chain.head();
        if (link === null) return this.orderSeen ? reached : null;
        const page = await this.read(link);
        if (page === null || (done !== null && !this.joins(done, link, page))) {
          this.experience.moved();
          return (this.orderSeen ? reached : null) ?? 'moved';
        }
        this.experience.joined(width);
        // Addresses of other anchors differ anyway.
        if (link.anchor?.at !== done?.link.anchor?.at) loop = new LoopGuard(endpoint);
        loop.check(page.fetched);
        reached = furthest(anchor, reached, page, this.trusted);
        done = { page, link };
        if (page.fetched.next === null) {
          chain.cancel();
          yield page;
          return 'end';
        }
        yield page;
        chain.shift();
        // Smaller pages than asked for may have been a passing thing.
        const isSmall = this.experience.pageSize < perPage;
        if (isSmall && pages >= MAX_SMALL_PAGES && reached !== null && this.orderSeen) return reached;
      }
    } finally {
      chain.cancel();
    }
  }

  /**
   * Reads a window page after page by the server's own links. Nothing overlaps, so where it took several pages, all but
   * the last are read again: as long as each of their rows is still there, none can have moved up unseen.
   */
  private async *byLinks(anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End> {
    let disorders = 0;
    for (let tries = 0; tries < MAX_LINKED_TRIES; tries++) {
      const read = yield* this.linkAfterLink(anchor);
      if (read === 'disorder') {
        // Rows that became visible late move others down, which looks the same, but not every time.
        if (++disorders >= MAX_DISORDERS) throw new NotAnchorable(UNSORTED);
        continue;
      }
      const next = yield* this.again(read, anchor);
      if (next !== 'moved') return next;
    }
    throw new ReportError(
      `Rows of ${this.options.endpoint.stream} kept vanishing while their page was read, ${MAX_LINKED_TRIES} times in a row`,
    );
  }

  /** @returns 'disorder' where a page begins before the one before it ended */
  private async *linkAfterLink(anchor: Anchor | null): AsyncGenerator<WalkPage, LinkedWindow | 'disorder'> {
    const { client, endpoint, signal, perPage } = this.options;
    const loop = new LoopGuard(endpoint);
    const pages: { readonly url: URL; readonly ids: readonly string[] }[] = [];
    let reached: Anchor | null = null;
    let fetched = await client.page(endpoint, { page: 1, perPage, createdAtGt: createdAtGt(anchor) }, signal);
    let previous: Instant | null = null;
    let seemsSorted = this.orderSeen;
    for (;;) {
      const page = this.examine(fetched, anchor);
      loop.check(fetched);
      if (pages.length === 0) this.experience.learnPageSize(fetched);
      reached = furthest(anchor, reached, page, this.trusted);
      // Of the pages behind the first, nothing is certain before they are read again.
      yield pages.length === 0 ? page : { ...page, covers: null };
      if (this.trusted && previous !== null && page.first !== null) {
        if (page.first > previous) seemsSorted = true;
        if (page.first < previous) return 'disorder';
      }
      previous = page.last ?? previous;
      const { next } = fetched;
      if (next === null || (reached !== null && (seemsSorted || this.orderSeen))) {
        return { pages, reached, seemsSorted, isEnd: next === null };
      }
      const ids = idsOf(page);
      loop.countBarren(ids);
      pages.push({ url: fetched.url, ids });
      fetched = await client.follow(endpoint, next, signal);
    }
  }

  /** @returns where the next window begins; 'moved' where a row has vanished, or nothing shows that the server sorts */
  private async *again(read: LinkedWindow, anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End | Moved> {
    const { client, endpoint, signal } = this.options;
    const stillThere = new Set<string>();
    let isSame = true;
    let held: WalkPage | null = null;
    for (const { url, ids } of read.pages) {
      if (held !== null) yield held;
      held = { ...this.examine(await client.follow(endpoint, url, signal), anchor), covers: null };
      const now = new Set(idsOf(held));
      for (const id of now) stillThere.add(id);
      isSame &&= now.size === new Set(ids).size && ids.every((id) => now.has(id));
    }
    // A new row on top of newest-first pages looks like order as well, until the pages are read again: then they have
    // other rows. In which order equal times come says nothing.
    if (isSame) this.orderSeen ||= read.seemsSorted;
    const isWhole = read.pages.every(({ ids }) => ids.every((id) => stillThere.has(id)));
    const next = isWhole && this.orderSeen ? read.reached : null;
    if (held !== null) yield { ...held, covers: next?.at ?? null };
    if (isWhole && read.isEnd) return 'end';
    return next ?? 'moved';
  }

  private async read({ fetch, anchor, range }: Link): Promise<WalkPage | null> {
    try {
      return this.examine(await fetch, anchor);
    } catch (error) {
      // Rows may have vanished so that the page is gone. Page 1 will tell whether something else is wrong.
      const status = error instanceof ConfigError ? error.request?.status : undefined;
      if (range.page > 1 && (status === 404 || status === 422 || status === 400)) return null;
      throw error;
    }
  }

  private examine(fetched: FetchedPage, anchor: Anchor | null): WalkPage {
    const { sighting } = fetched.page;
    this.startedBetween ??= fetched.askedBetween;
    if (this.trusted && !sighting.ordered) throw new NotAnchorable(UNSORTED);
    if (sighting.first !== null && sighting.last !== null && sighting.first < sighting.last) this.orderSeen = true;
    if (this.trusted && anchor !== null && sighting.first !== null) {
      if (sighting.first < minusSeconds(anchor.at, FILTER_SLACK_SECONDS)) {
        throw new NotAnchorable('The API does not filter by created_at_gt as asked');
      }
    }
    const { startedBetween, trusted } = this;
    const covers = trusted && this.orderSeen ? sighting.last : null;
    return { ...sighting, fetched, startedBetween, anchor: anchor?.at ?? null, trusted, covers };
  }

  /** Whether nothing can be missing between the last page that is certain and the one that came for `link`. */
  private joins(done: DonePage, link: Link, page: WalkPage): boolean {
    const { count, last } = done.page;
    if (count === 0) return false;
    // Not in order, the place of one row is all that can be compared.
    if (!this.trusted) return idsOf(page).includes(idsOf(done.page).at(-1) ?? '');
    // It went back: another look from the last row is better.
    if (last !== null && page.last !== null && page.last < last) return false;
    // It begins before the last instant, so it has every row of that instant, however the server orders equal ones.
    if (page.first !== null && last !== null && page.first < last) return true;
    // So does a page that leaves nothing out.
    if (link.range.page === 1 && link.anchor !== null && last !== null && link.anchor.at <= last) return true;
    // It begins among rows of the last instant: then these must stand as they stood.
    const shared = done.link.start + count - link.start;
    if (shared <= 0 || shared > count || shared > page.count) return false;
    const [known, ids] = [idsOf(done.page).slice(-shared), idsOf(page)];
    return known.every((id, place) => id === ids[place]);
  }

  private chainFrom(anchor: Anchor | null): Chain {
    const { client, endpoint, perPage, width, signal } = this.options;
    const { experience, trusted } = this;
    const fetch: ChainOptions['fetch'] = async (from, range, cancelled) =>
      client.page(endpoint, { page: range.page, perPage: range.perPage, createdAtGt: createdAtGt(from) }, cancelled);
    return new Chain({ anchor, perPage, width, reanchors: trusted, experience, fetch, signal });
  }
}
