import { formatInstant, fractionDigits, type Instant } from '../base/instant.js';
import type { Anchor } from './anchor.js';
import type { Experience } from './experience.js';
import type { Page } from './page.js';
import type { FetchedPage } from './page-source.js';
import { endOf, nextRange, type Range } from './ranges.js';
import { instantsOf } from './sighting.js';

/** What a page is asked for. */
export interface Place {
  readonly anchor: Anchor | null;
  /** Counted in the rows that the anchor leaves. */
  readonly range: Range;
  /** Where the anchor's first row stands, counted from the first row of the chain. */
  readonly origin: number;
}

/** A page that was asked for. */
export interface Link extends Place {
  readonly fetch: Promise<FetchedPage>;
  /** Where its first row stands, counted from the first row of the chain. */
  readonly start: number;
}

export interface ChainOptions {
  /** Where the window begins. */
  readonly anchor: Anchor | null;
  readonly perPage: number;
  /** Requests under way at once, at most. */
  readonly width: number;
  /** Whether pages may be asked for from other anchors than the window's. */
  readonly reanchors: boolean;
  readonly experience: Experience;
  readonly fetch: (anchor: Anchor | null, range: Range, cancelled: AbortSignal) => Promise<FetchedPage>;
  readonly signal: AbortSignal;
}

/**
 * How many pages may be asked for or wait while the next one in order is late, as a multiple of the width: without it,
 * one late answer would soon stop all others.
 */
const LATE_FACTOR = 2;

/**
 * Equal times let no anchor stand between them, so a page may have to begin some rows earlier than it need, which are
 * asked for twice; an anchor in the page before may be better. It makes page numbers greater by one, and so the work of a
 * server that counts its way to a page: worth it where so much of a page is won.
 */
const MOST_LANDMARKS = 3;
const WORTH_A_PAGE_NUMBER = 0.01;

/**
 * The pages of a window, asked for ahead, each of them overlapping the one before. As soon as a request may be under
 * way, the next one is; it is asked for from an anchor in the newest page that is here, in whatever order pages come, so
 * that page numbers stay small. Nothing is believed here: whether a page goes on from the one before it, the reader has
 * to find out, and to cancel the chain where it does not.
 */
export class Chain {
  private readonly options: ChainOptions;
  private readonly controller = new AbortController();
  private readonly stop: () => void;
  /** From the page that is being read, or waited for, to the last that was asked for. */
  private readonly links: ChainLink[] = [];
  private last: ChainLink | null = null;
  /** The newest pages in which anchors can be set, the newest first. */
  private readonly landmarks: Landmark[] = [];
  /** The latest place that was asked for. */
  private furthest = 0;
  /** The end was seen, or something that only the reader can judge: nothing is asked for beyond. */
  private closed = false;

  constructor(options: ChainOptions) {
    this.options = options;
    const { signal } = options;
    this.stop = (): void => this.controller.abort(signal.reason);
    if (signal.aborted) this.stop();
    signal.addEventListener('abort', this.stop, { once: true });
  }

  /** The next page in order, until {@link shift}; null where no page can overlap the last one. */
  head(): Link | null {
    this.launch();
    return this.links[0] ?? null;
  }

  /** The head has been handed on. */
  shift(): void {
    this.links.shift();
  }

  /** Lets all requests go; nobody has to wait for them. */
  cancel(): void {
    this.options.signal.removeEventListener('abort', this.stop);
    this.controller.abort(new Error('This page is not needed any more'));
  }

  private launch(): void {
    const { experience, fetch } = this.options;
    while (this.mayLaunch()) {
      const place = this.nextPlace();
      if (place === null) return;
      const isAlone = experience.asked();
      const page = fetch(place.anchor, place.range, this.controller.signal);
      const link = new ChainLink(place, page, experience.pageSize, isAlone);
      this.links.push(link);
      this.last = link;
      this.furthest = Math.max(this.furthest, link.start);
      page.then(
        (fetched) => this.arrived(link, fetched),
        () => {
          // A failure is met where the page is read.
          link.isHere = true;
          this.closed = true;
        },
      );
    }
  }

  private mayLaunch(): boolean {
    const { links, last } = this;
    const { experience, width } = this.options;
    if (this.closed || this.controller.signal.aborted) return false;
    const underWay = links.filter(({ isHere }) => !isHere).length;
    if (experience.isCautious || last?.isAlone === true) {
      if (underWay > 0) return false;
      if (experience.isCautious) return links.length < 2;
    }
    // While the next page in order is here, it is the reader who is slow: what waits for it takes memory.
    if (links[0]?.isHere !== false) return links.length < width;
    return underWay < width && links.length < LATE_FACTOR * width;
  }

  private arrived(link: ChainLink, fetched: FetchedPage): void {
    const { reanchors, experience } = this.options;
    const { sighting, writtenTimes } = fetched.page;
    const { count, first, last, ordered } = sighting;
    const { anchor, range } = link;
    if (link === this.links[0] && link.origin === 0 && range.start === 0) experience.learnPageSize(fetched);
    if (reanchors && range.page === 1 && anchor !== null) {
      const early = instantsOf(sighting).filter((at) => at !== null && at < anchor.at).length;
      experience.learnSlack(early);
      link.origin -= early;
    }
    link.isHere = true;
    link.rows = Math.min(count, range.perPage);
    if (fetched.next === null || count === 0 || (reanchors && !ordered)) this.closed = true;
    const isLandmark = reanchors && ordered && first !== null && last !== null && first < last;
    // Places go wrong where rows vanish or come late, instants do not: where these go up, no walk goes on for ever.
    if (isLandmark && (this.landmarks[0] === undefined || last > this.landmarks[0].last)) {
      this.landmarks.unshift({ start: link.start, last, instants: instantsOf(sighting), writtenTimes });
      this.landmarks.length = Math.min(this.landmarks.length, MOST_LANDMARKS);
    }
    this.launch();
  }

  /** Where the page begins that overlaps the last one; null where there is none. */
  private nextPlace(): Place | null {
    const { last, landmarks } = this;
    const { anchor, perPage, experience } = this.options;
    if (last === null) return { anchor, origin: 0, range: { page: 1, perPage, start: 0 } };
    const { pageSize, shared } = experience;
    const rangeFrom = (origin: number): Range | null => nextRange(last.end - origin, pageSize, shared);
    let best: Place | null = null;
    for (const landmark of landmarks) {
      const found = anchorIn(landmark, last.end - shared, pageSize, anchor?.at ?? null);
      const range = found === null ? null : rangeFrom(found.origin);
      if (found === null || range === null || !this.isFurther(found, range)) continue;
      const gain = best === null ? Infinity : found.origin + endOf(range) - best.origin - endOf(best.range);
      if (gain > pageSize * WORTH_A_PAGE_NUMBER) best = { ...found, range };
    }
    if (best !== null) return best;
    // No other instant is known, as in a large group of equal ones: it goes on by its places.
    const range = rangeFrom(last.origin);
    return range === null || range.start <= last.range.start ? null : { ...last.place, range };
  }

  /** Whether a place was not asked for before, where the places of two pages say different things of one instant, too. */
  private isFurther({ anchor, origin }: Omit<Place, 'range'>, range: Range): boolean {
    const { last, furthest } = this;
    return (
      origin + range.start > furthest && (anchor?.at !== last?.anchor?.at || range.start > (last?.range.start ?? -1))
    );
  }
}

class ChainLink implements Link {
  readonly anchor: Anchor | null;
  readonly range: Range;
  readonly fetch: Promise<FetchedPage>;
  readonly isAlone: boolean;
  origin: number;
  /** How many rows it has, or should have. */
  rows: number;
  /** Whether it came, or failed. */
  isHere = false;

  constructor({ anchor, range, origin }: Place, fetch: Promise<FetchedPage>, pageSize: number, isAlone: boolean) {
    this.anchor = anchor;
    this.range = range;
    this.origin = origin;
    this.fetch = fetch;
    this.rows = Math.min(range.perPage, pageSize);
    this.isAlone = isAlone;
  }

  get start(): number {
    return this.origin + this.range.start;
  }

  get end(): number {
    return this.start + this.rows;
  }

  get place(): Place {
    return { anchor: this.anchor, range: this.range, origin: this.origin };
  }
}

/** A page that is here and holds several instants, so that anchors can be set in it. */
interface Landmark {
  readonly start: number;
  readonly last: Instant;
  readonly instants: readonly (Instant | null)[];
  readonly writtenTimes: Page['writtenTimes'];
}

/**
 * The instant in a page from which a page of full size begins nearest to `target`: a number of whole pages before it.
 * Its first row has to be in this page, to know its place, so it comes after another instant there.
 */
function anchorIn(
  { start, instants, writtenTimes }: Landmark,
  target: number,
  size: number,
  after: Instant | null,
): (Omit<Place, 'range' | 'anchor'> & { readonly anchor: Anchor }) | null {
  const latest = instants.length - 1;
  const pages = Math.max(0, Math.ceil((target - start - latest) / size));
  const wished = Math.min(latest, target - pages * size - start);
  const isFirstOfInstant = (index: number): boolean => {
    const [before, at] = [instants[index - 1] ?? null, instants[index] ?? null];
    return before !== null && at !== null && before < at && (after === null || at > after);
  };
  let index = wished;
  while (index > 0 && !isFirstOfInstant(index)) index--;
  if (index <= 0) {
    index = Math.max(1, wished + 1);
    while (index <= latest && !isFirstOfInstant(index)) index++;
  }
  const at = instants[index] ?? null;
  if (index > latest || at === null) return null;
  const digits = fractionDigits(writtenTimes.get(index) ?? formatInstant(at));
  return { anchor: { at, digits }, origin: start + index };
}
