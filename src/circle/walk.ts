import { ConfigError, ReportError } from '../base/errors.js';
import { minusSeconds, type Instant } from '../base/instant.js';
import type { Logger } from '../base/logger.js';
import { createdAtGt, furthest, type Anchor } from './anchor.js';
import type { Endpoint } from './endpoint.js';
import { LoopGuard } from './loop-guard.js';
import type { FetchedPage, PageSource } from './page-source.js';
import { firstRange, nextRange, rangesFrom, SMALLEST_RANGED_PAGE, type Range } from './ranges.js';
import { Round } from './round.js';
import { idsOf, type Sighting } from './sighting.js';

/** A page of the walk, handed on in order. The same row may come in several pages: dropping it is the reader's part. */
export interface WalkPage extends Sighting {
  readonly fetched: FetchedPage;
  /** When the walk asked first, as in {@link FetchedPage.askedBetween}. */
  readonly startedBetween: FetchedPage['askedBetween'];
  /** The window's anchor: rows before it belong to windows that are done. */
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
  /** Pages asked for at once. */
  readonly width: number;
  /** null is from the beginning of time. */
  readonly from: Anchor | null;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** A window that is asked for again and again still moved: give up on overlapping pages, follow the links. */
const MAX_RANGED_TRIES = 3;
/** A window read by its links whose rows still vanish between two readings. */
const MAX_LINKED_TRIES = 50;
/** Pages out of order, in a window read by its links, before the server is taken not to sort. */
const MAX_DISORDERS = 3;
/** A server may read created_at_gt to the second; rows further back mean that it does not read it at all. */
const FILTER_SLACK_SECONDS = 2;

type End = 'end';
type Moved = 'moved';

const UNSORTED = 'The API does not sort by created_at as asked';

/** Thrown inside the walk where anchors cannot be used; the walk then drains the stream without them. */
class NotAnchorable extends Error {}

/**
 * Walks one endpoint's rows from an instant to the end, oldest first (design section 4, rules 5 to 7).
 *
 * The walk goes in windows. A window's anchor is the latest instant read so far, inclusive, so that page numbers stay
 * small and rows that vanish can disturb one window only. Inside a window, several pages are asked for at once; each
 * overlaps the one before by some rows, and is believed only where the overlap shows that nothing moved in between.
 * Where it did, the next window begins at the last row that is certain.
 */
export class Walk {
  private readonly options: WalkOptions;
  /** How many rows the server really puts on a page. */
  private pageSize: number;
  private trusted = true;
  private startedBetween: FetchedPage['askedBetween'] | null = null;
  /**
   * Whether an earlier row has come before a later one. Until then nothing shows that the server sorts, and no anchor
   * may be set: a page of one row, or of equal times, fits any order.
   */
  private orderSeen = false;
  private ahead: Round | null = null;
  private roundsBeforeWide = 0;
  private penalty = 1;

  constructor(options: WalkOptions) {
    this.options = options;
    this.pageSize = options.perPage;
    // The first page goes alone: most syncs after the first need no more than that.
    this.roundsBeforeWide = 1;
  }

  /** The pages in order. Errors are those of {@link PageSource.follow}, and ReportError where paging goes in circles. */
  async *pages(): AsyncGenerator<WalkPage, void> {
    try {
      yield* this.allWindows();
    } catch (error) {
      if (!(error instanceof NotAnchorable)) throw error;
      this.dropAhead();
      this.trusted = false;
      const message = `${error.message}: the bookmark stays where it was until all pages are read`;
      this.options.logger.log('warning', message, this.options.endpoint.stream);
      yield* this.allWindows();
    } finally {
      this.dropAhead();
    }
  }

  private async *allWindows(): AsyncGenerator<WalkPage, void> {
    let anchor: Anchor | null | End = this.options.from;
    while (anchor !== 'end') anchor = yield* this.window(anchor);
  }

  /** Reads one window; returns where the next one begins. */
  private async *window(anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End> {
    for (let tries = 0; tries < MAX_RANGED_TRIES && this.pageSize >= SMALLEST_RANGED_PAGE; tries++) {
      const next: Anchor | End | Moved | null = yield* this.byRanges(anchor);
      if (next === null) break;
      if (next !== 'moved') return next;
    }
    return yield* this.byLinks(anchor);
  }

  /**
   * Reads a window in overlapping pages.
   *
   * @returns 'moved' where rows vanished before anything was certain; null where pages cannot overlap any more
   */
  private async *byRanges(anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End | Moved | null> {
    let round = this.takeAhead(anchor) ?? this.launch(anchor, firstRange(this.options.perPage));
    const loop = new LoopGuard(this.options.endpoint);
    let done: WalkPage | null = null;
    let doneTo = 0;
    let reached: Anchor | null = null;
    try {
      for (;;) {
        this.launchAhead(round);
        for (const [index, range] of round.ranges.entries()) {
          const page = await this.read(round, index);
          if (page === null || (done !== null && !this.joins(done, doneTo, range, page))) {
            this.narrow();
            return (this.orderSeen ? reached : null) ?? 'moved';
          }
          loop.check(page.fetched);
          reached = furthest(anchor, reached, page, this.trusted);
          done = page;
          doneTo = range.start + page.count;
          if (range.page === 1) this.learnPageSize(page);
          if (page.fetched.next === null) {
            round.cancel();
            this.dropAhead();
            yield page;
            return 'end';
          }
          yield page;
        }
        if (round.ranges.length > 1) this.penalty = 1;
        if (reached !== null && this.orderSeen) return reached;
        if (this.pageSize < SMALLEST_RANGED_PAGE) return null;
        // All rows share one instant: the window goes on by its places.
        const range = nextRange(doneTo, this.pageSize);
        if (range === null) return null;
        round = this.launch(anchor, range);
      }
    } finally {
      round.cancel();
    }
  }

  /**
   * Reads a window page after page by the server's own links. Nothing overlaps, so where it took several pages, all but
   * the last are read again: as long as each of their rows is still there, none can have moved up unseen.
   */
  private async *byLinks(anchor: Anchor | null): AsyncGenerator<WalkPage, Anchor | End> {
    const { client, endpoint, signal, perPage } = this.options;
    this.dropAhead();
    let disorders = 0;
    tries: for (let tries = 0; tries < MAX_LINKED_TRIES; tries++) {
      const loop = new LoopGuard(endpoint);
      const before: string[] = [];
      const links: URL[] = [];
      let reached: Anchor | null = null;
      let fetched = await client.page(endpoint, { page: 1, perPage, createdAtGt: createdAtGt(anchor) }, signal);
      let previous: Instant | null = null;
      let seemsSorted = this.orderSeen;
      for (;;) {
        const page = this.examine(fetched, anchor);
        loop.check(fetched);
        if (links.length === 0) this.learnPageSize(page);
        reached = furthest(anchor, reached, page, this.trusted);
        // Of the pages behind the first, nothing is certain before they are read again.
        yield links.length === 0 ? page : { ...page, covers: null };
        if (this.trusted && previous !== null && page.first !== null) {
          if (page.first > previous) seemsSorted = true;
          if (page.first < previous) {
            // Rows that became visible late move others down, which looks the same, but not every time.
            if (++disorders >= MAX_DISORDERS) throw new NotAnchorable(UNSORTED);
            continue tries;
          }
        }
        previous = page.last ?? previous;
        if (fetched.next === null || (reached !== null && (seemsSorted || this.orderSeen))) break;
        const ids = idsOf(page);
        loop.countBarren(ids);
        before.push(...ids);
        links.push(fetched.url);
        fetched = await client.follow(endpoint, fetched.next, signal);
      }
      const again: string[] = [];
      let held: WalkPage | null = null;
      for (const link of links) {
        if (held !== null) yield held;
        held = { ...this.examine(await client.follow(endpoint, link, signal), anchor), covers: null };
        again.push(...idsOf(held));
      }
      const stillThere = new Set(again);
      const isWhole = before.every((id) => stillThere.has(id));
      // A new row on top of newest-first pages looks like order as well, until the page is read again.
      if (before.every((id, place) => id === again[place])) this.orderSeen ||= seemsSorted;
      const next = isWhole && this.orderSeen ? reached : null;
      if (held !== null) yield { ...held, covers: next?.at ?? null };
      if (isWhole && fetched.next === null) return 'end';
      if (next !== null) return next;
    }
    throw new ReportError(
      `Rows of ${endpoint.stream} kept vanishing while their page was read, ${MAX_LINKED_TRIES} times in a row`,
    );
  }

  private async read(round: Round, index: number): Promise<WalkPage | null> {
    const range = round.ranges[index];
    const fetch = round.fetches[index];
    if (range === undefined || fetch === undefined) return null;
    try {
      return this.examine(await fetch, round.anchor);
    } catch (error) {
      // Rows may have vanished so that the page is gone. Page 1 will tell whether something else is wrong.
      const status = error instanceof ConfigError ? error.request?.status : undefined;
      if (range.page > 1 && (status === 404 || status === 422 || status === 400)) return null;
      throw error;
    }
  }

  private examine(fetched: FetchedPage, anchor: Anchor | null): WalkPage {
    const { sighting } = fetched;
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

  private learnPageSize(page: WalkPage): void {
    if (page.fetched.next !== null) this.pageSize = Math.min(this.options.perPage, page.count);
  }

  /** Whether nothing can be missing between the page that ended at `doneTo` and the page that came for `range`. */
  private joins(done: WalkPage, doneTo: number, range: Range, page: WalkPage): boolean {
    if (done.count === 0) return false;
    // It begins before the last instant, so it has every row of that instant, however the server orders equal ones.
    if (this.trusted && page.first !== null && done.last !== null && page.first < done.last) return true;
    const [doneIds, ids] = [idsOf(done), idsOf(page)];
    // Not in order, the place of one row is all that can be compared.
    if (!this.trusted) return ids.includes(doneIds.at(-1) ?? '');
    // It begins among rows of the last instant: then these must stand as they stood.
    const shared = doneTo - range.start;
    if (shared <= 0 || shared > done.count || shared > page.count) return false;
    const known = doneIds.slice(-shared);
    return ids.slice(0, shared).every((id, place) => id === known[place]);
  }

  private launch(anchor: Anchor | null, first: Range): Round {
    const { client, endpoint, signal } = this.options;
    const wide = this.roundsBeforeWide === 0;
    if (!wide) this.roundsBeforeWide--;
    const ranges = rangesFrom(first, wide ? this.options.width : 1, this.pageSize);
    return new Round(anchor, ranges, signal, async (range, cancelled) =>
      client.page(endpoint, { page: range.page, perPage: range.perPage, createdAtGt: createdAtGt(anchor) }, cancelled),
    );
  }

  /**
   * Asks for the next window as soon as the last page of this round is here, while the pages before it are still being
   * handed on. Should one of them not join, what was asked for is dropped.
   */
  private launchAhead(round: Round): void {
    const fetch = round.fetches.at(-1);
    if (fetch === undefined || !this.trusted) return;
    const launch = (fetched: FetchedPage): void => {
      if (round.cancelled || !this.trusted || fetched.next === null || this.ahead !== null) return;
      const { sighting } = fetched;
      const reached = furthest(round.anchor, null, sighting, true);
      const isSorted = this.orderSeen || (sighting.first !== null && reached !== null && sighting.first < reached.at);
      if (reached !== null && isSorted) this.ahead = this.launch(reached, firstRange(this.options.perPage));
    };
    // A failure is met where the page is read.
    fetch.then(launch, () => undefined);
  }

  private takeAhead(anchor: Anchor | null): Round | null {
    const { ahead } = this;
    this.ahead = null;
    if (ahead === null || ahead.anchor?.at === anchor?.at) return ahead;
    ahead.cancel();
    return null;
  }

  private dropAhead(): void {
    this.ahead?.cancel();
    this.ahead = null;
  }

  /** After a page that did not join: one page at a time for a while, longer each time that it happens in a row. */
  private narrow(): void {
    this.roundsBeforeWide = this.penalty;
    this.penalty = Math.min(64, this.penalty * 2);
  }
}
