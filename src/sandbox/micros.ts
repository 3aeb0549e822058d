import { parseInstant } from '../base/instant.js';

/** Whole microseconds since 1970 (UTC): the unit by which the sandbox stores and sorts; exact in a double until 2255. */
export type Micros = number;

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

/** How a timestamp is written: digits after the second, and minutes east of UTC (0 is written `Z`). */
export interface TimeStyle {
  readonly digits: 0 | 3 | 6;
  readonly offset: number;
}

export const plainStyle: TimeStyle = { digits: 6, offset: 0 };

/** The microseconds of an ISO 8601 text of any offset, what is finer cut off; null where it is no timestamp. */
export function parseMicros(text: unknown): Micros | null {
  const at = parseInstant(text);
  if (at === null) return null;
  return Date.parse(`${at.slice(0, 19)}Z`) * 1000 + Number(at.slice(20, 26).padEnd(6, '0'));
}

/** Whether a timestamp is finer than microseconds, so that {@link parseMicros} would change it. */
export function isFinerThanMicros(text: string): boolean {
  return (parseInstant(text)?.length ?? 0) > 26;
}

/** The text of an instant. A style of fewer digits than the instant has cuts them: the caller chooses a style that fits. */
export function formatMicros(at: Micros, style: TimeStyle = plainStyle): string {
  const seconds = Math.floor(at / MICROS_PER_SECOND);
  const text = new Date((seconds + style.offset * 60) * 1000).toISOString().slice(0, 19);
  const zone = style.offset === 0 ? 'Z' : offsetText(style.offset);
  if (style.digits === 0) return text + zone;
  const fraction = String(MICROS_PER_SECOND + (at - seconds * MICROS_PER_SECOND)).slice(1, 1 + style.digits);
  return `${text}.${fraction}${zone}`;
}

/**
 * The microseconds of a `base_timestamp` (`1727848462.295174`), read from its digits, since a double would be right
 * only by luck. Rounded up, so that "created before it" keeps its meaning. Null where it is no number.
 */
export function parseEpoch(text: string): Micros | null {
  const parts = /^(\d{1,11})(?:\.(\d*))?$/.exec(text);
  if (parts === null) {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) && value >= 0 && value < 1e11 ? Math.ceil(value * MICROS_PER_SECOND) : null;
  }
  const [, seconds = '', fraction = ''] = parts;
  const finer = /[1-9]/.test(fraction.slice(6)) ? 1 : 0;
  return Number(seconds) * MICROS_PER_SECOND + Number(fraction.slice(0, 6).padEnd(6, '0')) + finer;
}

/** Epoch seconds with six digits, as in `base_timestamp`. */
export function formatEpoch(at: Micros): string {
  const seconds = Math.floor(at / MICROS_PER_SECOND);
  return `${seconds}.${String(at - seconds * MICROS_PER_SECOND).padStart(6, '0')}`;
}

/** The instant with only so many digits of its second kept. */
export function cutMicros(at: Micros, digits: number): Micros {
  const unit = 10 ** (6 - digits);
  return Math.floor(at / unit) * unit;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = String(Math.floor(size / 60)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${hours}:${String(size % 60).padStart(2, '0')}`;
}
