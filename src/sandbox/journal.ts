import type { StreamName } from './rows.js';

/** A request that came in; the control endpoints' own are not among them. */
export interface RequestEntry {
  /** Counts the data requests with a right token, from 1; null for others. */
  readonly number: number | null;
  /** The same for the requests of its stream. */
  readonly streamNumber: number | null;
  readonly stream: StreamName | null;
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** Whether an `Authorization` header came with it. */
  readonly authorized: boolean;
  /** When it came, ISO 8601. */
  readonly at: string;
  /** The status of the answer, whether or not it reached anybody. */
  status: number;
  rows: number;
  faults: readonly string[];
  /** From the request to the end of the answer; null while it lasts. */
  ms: number | null;
}

/** Counts since the start or the last reset. */
export interface Stats {
  /** Data requests with a right token. */
  readonly requests: number;
  readonly rows: number;
  /** Bytes of bodies, as they went over the wire. */
  readonly bytes: number;
  /** Rows that were looked at to find pages. */
  readonly rowsVisited: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly connections: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** How often each fault has struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** Rows that are visible now. */
  readonly visible: Readonly<Record<StreamName, number>>;
}

/** Keeps the last requests, and counts all of them. */
export class Journal {
  /** Answers of any kind. */
  answers = 0;
  requests = 0;
  rows = 0;
  bytes = 0;
  rowsVisited = 0;
  inFlight = 0;
  maxInFlight = 0;
  connections = 0;
  readonly ofStream: Record<StreamName, number> = { events: 0, visits: 0 };
  readonly byStatus: Record<string, number> = {};
  readonly entries: RequestEntry[] = [];
  private readonly size: number;

  /** @param size how many entries are kept */
  constructor(size: number) {
    this.size = size;
  }

  /** Writes a request down when it comes. */
  open(entry: RequestEntry): void {
    this.inFlight++;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    this.entries.push(entry);
    // Cut in large steps: a shift for each request would move the whole list each time.
    if (this.entries.length > this.size * 1.2 + 10) this.entries.splice(0, this.entries.length - this.size);
  }

  /** Counts the answer once it is known. */
  answered(entry: RequestEntry, visited: number): void {
    this.answers++;
    this.byStatus[entry.status] = (this.byStatus[entry.status] ?? 0) + 1;
    this.rows += entry.rows;
    this.rowsVisited += visited;
  }

  close(entry: RequestEntry, ms: number, bytes: number): void {
    entry.ms = ms;
    this.inFlight--;
    this.bytes += bytes;
  }
}
