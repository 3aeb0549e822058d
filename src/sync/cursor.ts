import {
  earlier,
  formatInstant,
  fractionDigits,
  instantOfMillis,
  minusSeconds,
  parseInstant,
  type Instant,
} from '../base/instant.js';
import type { Anchor } from '../circle/anchor.js';
import { SentIds } from './sent-ids.js';

/** Where a stream stands, as the state of every protocol stores it. */
export interface StreamState {
  /** The latest `created_at` that was sent, as the API wrote it; null before the first. */
  readonly bookmark: string | null;
  /** Absent in a state that another program wrote. */
  readonly cursor?: StoredCursor | undefined;
}

/** Where the next look begins, and what it would bring again. */
export interface StoredCursor {
  /** The bookmark that this belongs to: somebody who edits the bookmark means it, and then this does not count. */
  readonly bookmark: string | null;
  /** `created_at` from which to look again, inclusive, in UTC; null is from the beginning. */
  readonly from: string | null;
  /** Ids of rows sent with that `created_at` or later. */
  readonly ids: readonly string[];
}

export interface CursorOptions {
  readonly lookbackSeconds: number;
  /** Bounds on `created_at`, both inclusive. */
  readonly startDate: Instant | null;
  readonly endDate: Instant | null;
}

/** What the cursor says of a row. */
export type Verdict = 'send' | 'sent before' | 'out of bounds';

/**
 * What was sent, and where to go on: one mechanism for the next window, the resume after a kill, and the next sync
 * (docs/architecture.md, "The cursor").
 *
 * The next look begins at the row reached, or at the sync's start less the lookback where that is earlier, since a row
 * may become visible late. So a row that becomes visible within the lookback is met by some look: the one that read its
 * place before it was there began after `start - lookback`, and the next one begins there.
 */
export class Cursor {
  /** Where this sync starts; null is from the beginning. */
  readonly from: Anchor | null;
  private readonly options: CursorOptions;
  private readonly before: StreamState;
  private readonly sent: SentIds;
  private bookmark: Instant | null = null;
  /** As the API wrote it, where that is otherwise than {@link formatInstant} does. */
  private bookmarkText: string | null = null;
  private position: Instant | null = null;
  private start: { readonly earliest: Instant; readonly latest: Instant } | null = null;
  private trusted = true;

  /** @param stored the stream's state, already checked: its timestamps are timestamps */
  constructor(stored: StreamState | null, options: CursorOptions) {
    this.options = options;
    this.before = stored ?? { bookmark: null };
    const { bookmark, cursor } = this.before;
    const at = parseInstant(bookmark);
    if (at !== null) [this.bookmark, this.bookmarkText] = [at, bookmark];
    const own = cursor?.bookmark === bookmark ? cursor : undefined;
    this.sent = new SentIds(own?.ids);
    const fromText = own === undefined ? bookmark : own.from;
    const from = parseInstant(fromText);
    const { startDate } = options;
    if (from !== null && fromText !== null && (startDate === null || from >= startDate)) {
      this.from = { at: from, digits: fractionDigits(fromText) };
    } else {
      this.from = startDate === null ? null : { at: startDate, digits: (startDate.split('.')[1] ?? '').length };
    }
  }

  /** Notes when the sync started, by the server's clock; milliseconds since 1970, between the two. The first call counts. */
  startedBetween([earliest, latest]: readonly [number, number]): void {
    this.start ??= { earliest: instantOfMillis(earliest), latest: instantOfMillis(latest) };
  }

  /**
   * Decides on a row that the API shows; one that is to be sent counts as sent.
   *
   * @param text its created_at, where that is written otherwise than `formatInstant` does
   */
  judge(id: string, at: Instant | null, text: string | null): Verdict {
    if (at !== null && this.isOutOfBounds(at)) return 'out of bounds';
    // Also of a row that was sent before: when it was, its created_at may have been later than that sync's start.
    if (at !== null && (this.start === null || at <= this.start.latest)) {
      if (this.bookmark === null || at > this.bookmark) {
        this.bookmark = at;
        this.bookmarkText = text;
      }
    }
    return this.sent.admit(id, at) ? 'send' : 'sent before';
  }

  /** Every row created before this instant has been read. */
  covered(at: Instant): void {
    const { endDate } = this.options;
    const within = endDate === null ? at : earlier(at, endDate);
    if (this.position === null || within > this.position) this.position = within;
  }

  /** The server's order broke: no instant says any more what has been read before it. */
  distrust(): void {
    this.trusted = false;
  }

  /**
   * The state that covers all rows judged so far. While the order is broken, it is the one from before the sync, with
   * what was sent since.
   */
  checkpoint(): StreamState {
    if (this.trusted) return this.stateFrom(this.requiredFrom());
    const { bookmark } = this.before;
    const from = this.from === null ? null : formatInstant(this.from.at);
    return { bookmark, cursor: { bookmark, from, ids: this.sent.since(this.from?.at ?? null) } };
  }

  /**
   * The state at the end of the stream. It looks further back than it must, as far as the memory is certain: by the
   * lookback before the bookmark, for communities whose rows carry older times than the clock's.
   *
   * @param complete whether every row up to now was read, not only those up to an end date
   * @param latest the latest instant of a row that was read
   */
  drained(complete: boolean, latest: Instant | null): StreamState {
    if (latest !== null) this.covered(latest);
    if (complete && this.options.endDate === null) this.sent.forgetUnmet();
    const required = this.requiredFrom();
    if (required === null || this.bookmark === null) return this.stateFrom(required);
    const newest = this.start === null ? this.bookmark : earlier(this.bookmark, this.start.earliest);
    const wished = earlier(required, minusSeconds(newest, this.options.lookbackSeconds));
    const known = this.sent.isCompleteSince(wished) ? wished : required;
    return this.stateFrom(this.from !== null && known < this.from.at ? this.from.at : known);
  }

  /** Whether rows may come twice in the next sync, because more were sent than are remembered. */
  get mayRepeat(): boolean {
    return !this.sent.isCompleteSince(this.requiredFrom());
  }

  private isOutOfBounds(at: Instant): boolean {
    const { endDate } = this.options;
    return (this.from !== null && at < this.from.at) || (endDate !== null && at > endDate);
  }

  private requiredFrom(): Instant | null {
    const from = this.from?.at ?? null;
    if (this.position === null) return from;
    const { start, position } = this;
    const required =
      start === null ? position : earlier(position, minusSeconds(start.earliest, this.options.lookbackSeconds));
    return from !== null && required < from ? from : required;
  }

  private stateFrom(from: Instant | null): StreamState {
    const bookmark = this.bookmark === null ? null : (this.bookmarkText ?? formatInstant(this.bookmark));
    const text = from === null ? null : formatInstant(from);
    return { bookmark, cursor: { bookmark, from: text, ids: this.sent.since(from) } };
  }
}
