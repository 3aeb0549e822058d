import type { FaultRule } from './fault-rules.js';
import { MICROS_PER_DAY, parseMicros, type Micros } from './micros.js';
import type { LiveOptions, SandboxOptions } from './options.js';
import { hash } from './random.js';
import type { TieOrder } from './timeline.js';

/** {@link LiveOptions} with every default in place. */
export interface LiveSettings {
  readonly rowsPerSecond: number;
  readonly lateShare: number;
  readonly lateMs: number;
}

/** {@link SandboxOptions} with every default in place and checked. */
export interface Settings {
  readonly events: number;
  readonly visits: number;
  readonly seed: number;
  readonly start: Micros;
  readonly end: Micros;
  readonly token: string;
  readonly host: string;
  readonly port: number;
  readonly authScheme: 'both' | 'Bearer' | 'Token';
  readonly eventsPath: string;
  readonly visitsPath: string;
  readonly pageCap: number;
  readonly ignorePerPage: boolean;
  readonly eventsSpelling: 'both' | 'brackets' | 'plain';
  readonly tieOrder: TieOrder;
  readonly cursorDigits: number;
  readonly latencyMs: number;
  readonly depthCost: boolean;
  readonly gzip: boolean;
  readonly pageCacheMb: number;
  readonly requestsPerMinute: number;
  readonly live: LiveSettings | null;
  readonly faults: readonly FaultRule[];
  readonly faultSeed: number;
  readonly clock: () => number;
  readonly logSize: number;
}

const END = '2026-07-01T00:00:00Z';
const LATE_MS = 2000;
const HISTORY = 180 * MICROS_PER_DAY;
const TOKEN_PURPOSE = 801;
const TOKEN_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** @throws RangeError with what is wrong */
export function settingsOf(options: SandboxOptions): Settings {
  const seed = whole('seed', options.seed ?? 1, 0, 2 ** 32 - 1);
  const end = time('end', options.end ?? END);
  const start = options.start === undefined ? end - HISTORY : time('start', options.start);
  if (start >= end) throw new RangeError('start: has to be before the end');
  return {
    events: whole('events', options.events ?? 9000, 0, 50_000_000),
    visits: whole('visits', options.visits ?? 3000, 0, 50_000_000),
    seed,
    start,
    end,
    token: options.token ?? tokenOf(seed),
    host: options.host ?? '127.0.0.1',
    port: whole('port', options.port ?? 0, 0, 65_535),
    authScheme: options.authScheme ?? 'both',
    eventsPath: options.eventsPath ?? '/api/data/v1/events',
    visitsPath: options.visitsPath ?? '/api/data/v1/community_member_visits',
    pageCap: whole('pageCap', options.pageCap ?? 2000, 1, 100_000),
    ignorePerPage: options.ignorePerPage ?? false,
    eventsSpelling: options.eventsSpelling ?? 'both',
    tieOrder: options.tieOrder ?? 'id',
    cursorDigits: options.cursorDigits ?? 6,
    latencyMs: whole('latencyMs', options.latencyMs ?? 0, 0, 3_600_000),
    depthCost: options.depthCost ?? false,
    gzip: options.gzip ?? true,
    pageCacheMb: whole('pageCacheMb', options.pageCacheMb ?? 64, 0, 65_536),
    requestsPerMinute: whole('requestsPerMinute', options.requestsPerMinute ?? 0, 0, 1_000_000),
    live: liveOf(options.live),
    faults: options.faults ?? [],
    faultSeed: whole('faultSeed', options.faultSeed ?? seed, 0, 2 ** 32 - 1),
    clock: options.clock ?? systemClock,
    logSize: whole('logSize', options.logSize ?? 10_000, 0, 1_000_000),
  };
}

function liveOf(live: LiveOptions | undefined): LiveSettings | null {
  if (live === undefined) return null;
  return {
    rowsPerSecond: within('live', live.rowsPerSecond, 0, 1_000_000),
    lateShare: within('late', live.lateShare ?? 0, 0, 1),
    lateMs: within('lateMs', live.lateMs ?? LATE_MS, 0, 86_400_000),
  };
}

function systemClock(): number {
  return performance.timeOrigin + performance.now();
}

/** 32 letters and digits, the form of Circle's tokens. */
function tokenOf(seed: number): string {
  const letter = (_: unknown, place: number): string =>
    TOKEN_LETTERS[hash(seed, TOKEN_PURPOSE, place) % TOKEN_LETTERS.length] ?? 'x';
  return Array.from({ length: 32 }, letter).join('');
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name}: expected a whole number from ${least} to ${most}, got ${value}`);
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name}: expected a number from ${least} to ${most}, got ${value}`);
}

function time(name: string, text: string): Micros {
  const at = parseMicros(text);
  if (at === null) throw new RangeError(`${name}: expected a date and time (ISO 8601), got ${JSON.stringify(text)}`);
  return at;
}
