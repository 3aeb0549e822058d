import { MICROS_PER_DAY, MICROS_PER_SECOND, type Micros, type TimeStyle } from './micros.js';
import { below, hash } from './random.js';

const PURPOSE = { delay: 501, backfill: 502, style: 503 } as const;
/** One row in so many is back-populated: it happened a month to a year before it was stored. */
const BACKFILLED_EVERY = 70;
const STORED_WITHIN = 5 * MICROS_PER_SECOND;

/** When the n-th row's event happened: some milliseconds to seconds before it was stored, or months. */
export function triggeredAt(seed: number, n: number, created: Micros): Micros {
  const bits = hash(seed, PURPOSE.backfill, n);
  const delay = bits % BACKFILLED_EVERY === 0 ? (30 + below(bits, 335)) * MICROS_PER_DAY : 0;
  const at = created - delay - below(hash(seed, PURPOSE.delay, n), STORED_WITHIN);
  return at - (((at % 1000) + 1000) % 1000);
}

/**
 * How the n-th row writes its created_at: mostly UTC with six digits. Fewer digits only where they are the whole
 * instant, so that the text is always the instant by which the server sorts.
 */
export function createdStyle(seed: number, n: number, created: Micros): TimeStyle {
  const bits = hash(seed, PURPOSE.style, n);
  const part = below(bits, 100);
  const offset = part < 84 ? 0 : part < 92 ? -360 : 330;
  const short = bits % 3 !== 0;
  if (short && created % MICROS_PER_SECOND === 0) return { digits: 0, offset };
  return { digits: short && created % 1000 === 0 ? 3 : 6, offset };
}
