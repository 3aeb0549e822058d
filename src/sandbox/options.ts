import type { FaultRule } from './fault-rules.js';
import type { TieOrder } from './timeline.js';

/** Rows that keep coming while the sandbox runs. */
export interface LiveOptions {
  /** Rows a second in all; one in four is a visit where the sandbox has visits. */
  readonly rowsPerSecond: number;
  /** Share of rows that become visible late (0 to 1). Default: 0. */
  readonly lateShare?: number | undefined;
  /** How late. Default: 2000. */
  readonly lateMs?: number | undefined;
}

/** All of it is optional: `startSandbox()` is a community of 9,000 events and 3,000 visits on a free port. */
export interface SandboxOptions {
  /** Rows in the history of events. Default: 9000. */
  readonly events?: number | undefined;
  /** Rows in the history of visits. Default: 3000. */
  readonly visits?: number | undefined;
  /** The same seed and counts, the same data, byte for byte. Default: 1. */
  readonly seed?: number | undefined;
  /** When the history begins (ISO 8601). Default: 180 days before its end. */
  readonly start?: string | undefined;
  /** Before when the history ends (ISO 8601). Default: 2026-07-01T00:00:00Z. */
  readonly end?: string | undefined;
  /** Default: 32 letters and digits made from the seed. */
  readonly token?: string | undefined;
  /** Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default: 0, a free one. */
  readonly port?: number | undefined;
  /** Which `Authorization` schemes are taken. Default: both. */
  readonly authScheme?: 'both' | 'Bearer' | 'Token' | undefined;
  /** Default: /api/data/v1/events. */
  readonly eventsPath?: string | undefined;
  /** Default: /api/data/v1/community_member_visits. */
  readonly visitsPath?: string | undefined;
  /** Most rows on a page, whatever is asked for. Default: 2000. */
  readonly pageCap?: number | undefined;
  /** Put `pageCap` rows on each page, also where fewer were asked for. Default: false. */
  readonly ignorePerPage?: boolean | undefined;
  /** Which spelling of arrays is read: as Rails reads them is `brackets` (`events=a` alone is then one value). */
  readonly eventsSpelling?: 'both' | 'brackets' | 'plain' | undefined;
  /** Order of rows with the same created_at. Default: by id. */
  readonly tieOrder?: TieOrder | undefined;
  /** To how many digits of a second the server reads `created_at_gt`. Default: 6. */
  readonly cursorDigits?: 0 | 3 | 6 | undefined;
  /** How long each data request takes at least. Default: 0. */
  readonly latencyMs?: number | undefined;
  /** Makes a deep page cost its depth, as OFFSET does in a database: each skipped row is visited. Default: false. */
  readonly depthCost?: boolean | undefined;
  /** Compress where the client accepts it. Default: true. */
  readonly gzip?: boolean | undefined;
  /** Memory for pages that are kept ready, in MiB; 0 keeps none. Default: 64. */
  readonly pageCacheMb?: number | undefined;
  /** More than so many data requests in any 60 seconds are answered 429. Default: 0, no limit. */
  readonly requestsPerMinute?: number | undefined;
  readonly live?: LiveOptions | undefined;
  readonly faults?: readonly FaultRule[] | undefined;
  /** Decides where faults with a probability strike. Default: the seed. */
  readonly faultSeed?: number | undefined;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly clock?: (() => number) | undefined;
  /** How many requests the log keeps. Default: 10000. */
  readonly logSize?: number | undefined;
}
