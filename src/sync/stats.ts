import { counted, grouped } from '../base/counted.js';
import type { Instant } from '../base/instant.js';

/** What a stream's sync has done so far: for the progress line, the metrics and the summary. */
export class StreamStats {
  readonly stream: string;
  /** Rows handed to the sink. */
  rows = 0;
  /** Rows that the API showed again and that were not sent again. */
  repeated = 0;
  pages = 0;
  requests = 0;
  retries = 0;
  /** NULs and lone surrogates replaced by U+FFFD. */
  replaced = 0;
  /** Rows without a valid created_at. */
  undated = 0;
  /** Rows that do not fit their schema, with what is wrong with them and how often. */
  invalid = 0;
  readonly complaints = new Map<string, number>();
  /** created_at of the last row read. */
  reached: Instant | null = null;
  private readonly now: () => number;
  private readonly began: number;
  private ended: number | null = null;

  /** @param now milliseconds since 1970 */
  constructor(stream: string, now: () => number) {
    this.stream = stream;
    this.now = now;
    this.began = now();
  }

  end(): void {
    this.ended ??= this.now();
  }

  get seconds(): number {
    return ((this.ended ?? this.now()) - this.began) / 1000;
  }

  get rowsPerSecond(): number {
    return this.rows / Math.max(this.seconds, 0.001);
  }

  /** One line for people: `events: 9,000 rows, 5 pages, 6 requests, 1 retry, 1.2 s, 7,500 rows/s`. */
  get summary(): string {
    const { rows, pages, requests, retries } = this;
    const counts = [
      counted(rows, 'row'),
      counted(pages, 'page'),
      counted(requests, 'request'),
      counted(retries, 'retry'),
    ];
    const speed = grouped(Math.round(this.rowsPerSecond));
    return `${this.stream}: ${counts.join(', ')}, ${this.seconds.toFixed(1)} s, ${speed} rows/s`;
  }
}
