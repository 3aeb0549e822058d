import { below, hash, unit } from './random.js';
import { MICROS_PER_SECOND, type Micros } from './micros.js';

/** When rows are stored: one moment is one transaction, of one row or of a burst. */
export interface Moment {
  readonly at: Micros;
  /** How many rows share it. */
  readonly rows: number;
  /** The burst's number, null where the row stands alone. */
  readonly burst: number | null;
}

const PURPOSE = { gap: 301, size: 302, precision: 303 } as const;
/** One moment in so many is a burst. */
const BURST_EVERY = 25;
const BURST_FIRST = 12;
const BURST_MAX = 60;

/**
 * The moments of a history, in order, for so many rows in all: quiet stretches and busy ones, and bursts of 2 to 60
 * rows. Some fall on a whole millisecond or second, so that a text of three digits or none can tell them exactly.
 */
export function* moments(seed: number, rows: number, start: Micros, end: Micros): Generator<Moment, void> {
  let weight = 0;
  for (let n = 0, left = rows; left > 0; n++) {
    weight += gapOf(seed, n);
    left -= sizeOf(seed, n);
  }
  const scale = (end - start) / (weight + 1);
  let passed = 0;
  let last = start;
  for (let n = 0, left = rows; left > 0; n++) {
    passed += gapOf(seed, n);
    const size = Math.min(left, sizeOf(seed, n));
    const unitOfTime = precisionOf(seed, n);
    const at = Math.max(last, Math.floor((start + passed * scale) / unitOfTime) * unitOfTime);
    yield { at, rows: size, burst: isBurst(n) ? n : null };
    last = at;
    left -= size;
  }
}

function isBurst(n: number): boolean {
  return n % BURST_EVERY === BURST_FIRST;
}

function sizeOf(seed: number, n: number): number {
  if (!isBurst(n)) return 1;
  const bits = hash(seed, PURPOSE.size, n);
  return bits % 4 === 0 ? 2 + below(bits, BURST_MAX - 1) : 2 + below(bits, 8);
}

/** Mostly short, at times long. No logarithm: those may differ from machine to machine. */
function gapOf(seed: number, n: number): number {
  const x = unit(hash(seed, PURPOSE.gap, n));
  return 0.02 + x * x * x * 8;
}

function precisionOf(seed: number, n: number): number {
  const part = below(hash(seed, PURPOSE.precision, n), 100);
  if (part < 3) return MICROS_PER_SECOND;
  return part < 10 ? 1000 : 1;
}
