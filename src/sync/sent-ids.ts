import type { Instant } from '../base/instant.js';

/**
 * How many rows the memory holds for certain, and a state at most: about 800 kB of UUIDs. Past it, rows may come twice,
 * which is counted and said; none is lost.
 */
export const MAX_REMEMBERED = 20_000;
/** Rows without a timestamp cannot be forgotten by time; of these, the last so many are known. */
const MAX_UNDATED = 1_000;

/** The ids of rows that were sent, and when these were created: what the cursor needs to send none of them again. */
export class SentIds {
  /** Rows of the generation before the last: what goes first where rows come in order. */
  private older = new Generation();
  private newer = new Generation();
  /** From the state, not met again yet: their instants are not known. */
  private readonly loaded: Set<string>;
  private readonly undated = new Set<string>();
  private ascending = true;
  private lastAdded: Instant | null = null;
  private latestForgotten: Instant | null = null;

  constructor(loaded: Iterable<string> = []) {
    this.loaded = new Set(loaded);
  }

  /**
   * Takes note of a row that the API shows.
   *
   * @returns whether it has to be sent: false where it was sent before
   */
  admit(id: string, at: Instant | null): boolean {
    if (this.older.known.has(id) || (this.undated.size > 0 && this.undated.has(id))) return false;
    if (at === null ? this.newer.known.has(id) : !this.newer.add(id, at)) return false;
    const sentBefore = this.loaded.size > 0 && this.loaded.delete(id);
    if (at === null) this.addUndated(id);
    else this.added(at);
    return !sentBefore;
  }

  /** Ids of the rows that were created at `from` or later, and of those of which that is not known. */
  since(from: Instant | null): string[] {
    const found = this.allSince(from);
    return found.length > MAX_REMEMBERED ? found.slice(-MAX_REMEMBERED) : found;
  }

  /** Whether a state can name every row that was sent with this `created_at` or later: all are known, and not too many. */
  isCompleteSince(from: Instant | null): boolean {
    if (this.latestForgotten !== null && (from === null || this.latestForgotten >= from)) return false;
    return this.allSince(from).length <= MAX_REMEMBERED;
  }

  /** The stream was read to its end: what the state remembered and was not met is gone from it. */
  forgetUnmet(): void {
    this.loaded.clear();
  }

  private allSince(from: Instant | null): string[] {
    const found = [...this.loaded, ...this.undated];
    for (const { ids, instants } of [this.older, this.newer]) {
      let start = ids.length;
      if (this.ascending && from !== null) while (start > 0 && (instants[start - 1] ?? '') >= from) start--;
      else start = 0;
      for (let index = start; index < ids.length; index++) {
        const [id, at] = [ids[index], instants[index]];
        if (id !== undefined && at !== undefined && (from === null || at >= from)) found.push(id);
      }
    }
    return found;
  }

  private added(at: Instant): void {
    const { older, newer } = this;
    if (this.lastAdded !== null && at < this.lastAdded) this.ascending = false;
    this.lastAdded = at;
    if (this.ascending) {
      if (newer.ids.length >= MAX_REMEMBERED) this.forgetOlder();
    } else if (older.ids.length + newer.ids.length >= 2 * MAX_REMEMBERED) {
      this.keepLatest();
    }
  }

  /** What was sent first is the oldest, too: it goes as a whole, which takes next to no time. */
  private forgetOlder(): void {
    this.forgotten(this.older.instants.at(-1));
    this.older = this.newer;
    this.newer = new Generation();
  }

  private addUndated(id: string): void {
    this.undated.add(id);
    if (this.undated.size <= MAX_UNDATED) return;
    for (const oldest of this.undated) {
      this.undated.delete(oldest);
      break;
    }
  }

  /** Keeps the latest rows by time, which the next sync meets again, and the last ones sent, which the next page may. */
  private keepLatest(): void {
    const ids = [...this.older.ids, ...this.newer.ids];
    const instants = [...this.older.instants, ...this.newer.instants];
    const oldest = [...instants].sort().at(-MAX_REMEMBERED);
    const lastSent = ids.length - MAX_REMEMBERED / 2;
    this.older = new Generation();
    this.newer = new Generation();
    for (const [index, id] of ids.entries()) {
      const at = instants[index];
      if (at === undefined || oldest === undefined) continue;
      if (at > oldest || index >= lastSent) this.older.add(id, at);
      else this.forgotten(at);
    }
  }

  private forgotten(at: Instant | undefined): void {
    if (at !== undefined && (this.latestForgotten === null || at > this.latestForgotten)) this.latestForgotten = at;
  }
}

/** Rows that were sent one after another. */
class Generation {
  readonly known = new Set<string>();
  readonly ids: string[] = [];
  readonly instants: Instant[] = [];

  /** @returns false where it is known already; that and adding it are one look, not two */
  add(id: string, at: Instant): boolean {
    const { size } = this.known;
    this.known.add(id);
    if (this.known.size === size) return false;
    this.ids.push(id);
    this.instants.push(at);
    return true;
  }
}
