import type { FetchedPage } from './page-source.js';
import { SHARED_ROWS } from './ranges.js';

/** Pages that are read one at a time after pages that moved many times in a row, at most. */
const MAX_PENALTY = 64;

/** What a walk has learned of its server, for all windows to come. */
export class Experience {
  /** How many rows the server really puts on a page. */
  pageSize: number;
  private readonly perPage: number;
  /** How far the server's filter may miss the row that it was asked for. */
  private slack = 0;
  // The first page goes alone: most syncs after the first need no more than that.
  private pagesAlone = 1;
  private penalty = 1;
  private joinedInRow = 0;

  constructor(perPage: number) {
    this.perPage = perPage;
    this.pageSize = perPage;
  }

  /** Whether the next page has to be asked for alone. */
  get isCautious(): boolean {
    return this.pagesAlone > 0;
  }

  /** How many rows a page has to share with the one before. */
  get shared(): number {
    return Math.max(SHARED_ROWS, Math.min(SHARED_ROWS + this.slack, Math.floor(this.pageSize / 4)));
  }

  /** Takes the size from a page that was asked for in full. */
  learnPageSize({ page, next }: FetchedPage): void {
    if (next !== null) this.pageSize = Math.min(this.perPage, page.sighting.count);
  }

  /**
   * Notes that a page 1 began so many rows before its anchor: a server may read `created_at_gt` less finely than it
   * was written, or know times more finely than it shows them. Other anchors then miss their row by as much.
   */
  learnSlack(rows: number): void {
    this.slack = Math.max(2 * rows, Math.floor(this.slack / 2));
  }

  /** A page was asked for. Returns whether it has to go alone. */
  asked(): boolean {
    if (this.pagesAlone === 0) return false;
    this.pagesAlone--;
    return true;
  }

  /** A page joined the one before; as many as are asked for at once show that the server is calm again. */
  joined(width: number): void {
    if (!this.isCautious && ++this.joinedInRow >= width) this.penalty = 1;
  }

  /** A page did not join: one page at a time for a while, longer each time that it happens in a row. */
  moved(): void {
    this.joinedInRow = 0;
    this.pagesAlone = this.penalty;
    this.penalty = Math.min(MAX_PENALTY, this.penalty * 2);
  }
}
