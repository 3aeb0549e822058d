import type { JsonObject } from '../../src/base/json.js';
import type { FaultName, Sandbox, SandboxOptions } from '../../src/sandbox/index.js';
import { streamNames } from '../../src/sandbox/rows.js';
import { TOKEN, type Face } from '../support/hostile-run.js';
import { Chance } from './chance.js';
import { allFaults } from './fault-plan.js';

/** What a history is made of, decided before it begins. */
export interface HistoryPlan {
  readonly sandbox: SandboxOptions;
  /** The tap's settings, but for the address. */
  readonly settings: JsonObject;
  /** Events that are asked for; empty is all. */
  readonly names: readonly string[];
  readonly pageSize: number;
  /** Rows on a page at most: a server may give more than were asked for. */
  readonly largestPage: number;
  /** A history may change its face from run to run: the bookmarks are the same. */
  readonly faces: readonly Face[];
  /** Runs before the last one, which nothing disturbs. */
  readonly disturbedRuns: number;
  readonly faults: readonly FaultName[];
  /** When the community's history begins, in milliseconds since 1970. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Faults that a history has of the list in turn, so that each occurs; beside others by chance. */
const FAULTS_IN_TURN = 3;
/** Histories in which each fault has had its turn. */
export const HISTORIES_FOR_ALL_FAULTS = Math.ceil(allFaults.length / FAULTS_IN_TURN);
const LOOKBACK_SECONDS = 600;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const someNames = [
  ...['post.liked', 'post.comment.created', 'chat_space.chat_rooms.message.created', 'space_groups.joined'],
  ...['direct_chat_rooms.message.created', 'community_member.create'],
];

/** Plans a history. @param index its number in the session: the faults go round by it */
export function planHistory(chance: Chance, seed: number, index: number): HistoryPlan {
  const pageSize = chance.pick([3, 10, 25, 50, 100, 200, 400]);
  const ignoresPerPage = chance.happens(0.06);
  const pageCap = ignoresPerPage ? chance.between(2, 150) : 2000;
  // The same order in all histories of a session.
  const order = new Chance(seed, 2).some(allFaults, allFaults.length);
  const inTurn = Array.from({ length: FAULTS_IN_TURN }, (_, n) => (index * FAULTS_IN_TURN + n) % order.length);
  const faults = [...inTurn.flatMap((n) => order[n] ?? []), ...chance.some(allFaults, chance.between(0, 2))];
  const names = faults.includes('ignore-events') || chance.happens(0.12) ? chance.some(someNames, 4) : [];
  // A clock of its own: the tap has to go by the server's.
  const skew = chance.pick([0, 0, -3, 2]) * 60 * MINUTE;
  const clock = (): number => performance.timeOrigin + performance.now() + skew;
  const endsAt = clock() - chance.between(1, 90) * 1000;
  const startsAt = endsAt - chance.pick([180 * DAY, 2 * 60 * MINUTE, 20 * MINUTE]);
  const rows = (pages: number): number => chance.between(pageSize, Math.min(1500, pageSize * pages));
  return {
    sandbox: {
      ...{ events: rows(24), visits: chance.happens(0.1) ? 0 : rows(8), seed: chance.below(2 ** 31) },
      ...{ start: new Date(startsAt).toISOString(), end: new Date(endsAt).toISOString(), clock, token: TOKEN },
      ...{ pageCap, ignorePerPage: ignoresPerPage, latencyMs: chance.pick([0, 1, 3, 8, 15]) },
      tieOrder: chance.pick(['id', 'insertion-descending']),
      cursorDigits: chance.pick([6, 6, 3, 0]),
      gzip: chance.happens(0.7),
      authScheme: chance.pick(['both', 'both', 'Bearer', 'Token']),
      ...(chance.happens(0.3) && bearsLive(pageSize, faults, ignoresPerPage) && { live: liveRows(chance, pageSize) }),
      ...{ faultSeed: seed, logSize: 100_000 },
    },
    settings: {
      ...{ api_token: TOKEN, page_size: pageSize, max_concurrency: chance.between(1, 6), requests_per_minute: 0 },
      ...{ lookback_seconds: LOOKBACK_SECONDS, request_timeout_seconds: 1, max_retry_seconds: 6 },
      ...(names.length > 0 && { event_names: names }),
    },
    names,
    pageSize,
    largestPage: ignoresPerPage ? Math.max(pageSize, pageCap) : pageSize,
    faces: chance.pick([['singer'], ['singer'], ['airbyte'], ['singer', 'airbyte']] as const),
    disturbedRuns: chance.between(5, 9),
    faults,
    startsAt,
    endsAt,
  };
}

/** Rows that keep coming, slower than the smallest pages are read. */
function liveRows(chance: Chance, pageSize: number): NonNullable<SandboxOptions['live']> {
  return { rowsPerSecond: chance.between(2, Math.min(60, pageSize * 3)), lateShare: 0.3, lateMs: 700 };
}

/**
 * Newest first, each new row moves all others on. Where pages are too small to overlap, the tap then begins again and
 * again, and comes to no end while rows keep coming.
 */
function bearsLive(pageSize: number, faults: readonly FaultName[], ignoresPerPage: boolean): boolean {
  if (!faults.includes('ignore-sort')) return true;
  const makesSmall: readonly FaultName[] = ['clamp-page', 'short-page', 'empty-page'];
  return pageSize >= 50 && !ignoresPerPage && !faults.some((fault) => makesSmall.includes(fault));
}

/** Before the first run: bursts of rows that share one created_at, shorter and longer than a page. */
export function addBursts(chance: Chance, sandbox: Sandbox, plan: HistoryPlan): void {
  const { pageSize, startsAt, endsAt } = plan;
  for (let bursts = chance.between(1, 4); bursts > 0; bursts--) {
    const at = startsAt + chance.below(endsAt - startsAt);
    sandbox.addRows({
      stream: chance.pick(streamNames),
      count: chance.between(2, Math.min(500, Math.ceil(pageSize * 2.5))),
      created_at: new Date(at).toISOString(),
    });
  }
}
