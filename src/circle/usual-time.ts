import { DAYS, LONGEST_TIME } from '../base/instant.js';
import { COLON, MINUS, NINE, PLUS, POINT, ZERO } from './json-bytes.js';

/** Characters of `2026-01-31T23:59:59Z`. */
const WHOLE_SECONDS = 20;
const ONE = 0x31;
const LETTER_T = 0x54;
const LETTER_Z = 0x5a;

/**
 * Whether bytes are a date and time of RFC 3339 in its usual form (`2026-01-31T23:59:59.123Z`, `…+02:00`), on a day that
 * its month has in every year. There are others: false says nothing.
 */
export function isUsualTime(body: Uint8Array, start: number, end: number): boolean {
  const month = twoDigits(body, start + 5);
  const day = twoDigits(body, start + 8);
  return (
    end - start >= WHOLE_SECONDS &&
    twoDigits(body, start) !== -1 &&
    twoDigits(body, start + 2) !== -1 &&
    body[start + 4] === MINUS &&
    body[start + 7] === MINUS &&
    day >= 1 &&
    day <= (DAYS[month] ?? 0) &&
    body[start + 10] === LETTER_T &&
    isUpTo(23, body, start + 11) &&
    body[start + 13] === COLON &&
    isUpTo(59, body, start + 14) &&
    body[start + 16] === COLON &&
    isUpTo(59, body, start + 17) &&
    isFraction(body, start + 19, startOfZone(body, end))
  );
}

/** Whether bytes are a usual time, and an {@link Instant} but for the Z at their end. There are others. */
export function isInstant(body: Uint8Array, start: number, end: number): boolean {
  const year = body[start] ?? 0;
  if (body[end - 1] !== LETTER_Z || year < ONE || end - start > LONGEST_TIME) return false;
  if (!isUsualTime(body, start, end)) return false;
  return end - start === WHOLE_SECONDS || body[end - 2] !== ZERO;
}

/** -1 where there is no zone. */
function startOfZone(body: Uint8Array, end: number): number {
  if (body[end - 1] === LETTER_Z) return end - 1;
  const sign = body[end - 6];
  const isOffset = (sign === PLUS || sign === MINUS) && body[end - 3] === COLON;
  return isOffset && isUpTo(23, body, end - 5) && isUpTo(59, body, end - 2) ? end - 6 : -1;
}

/** Nothing, or a point and digits. */
function isFraction(body: Uint8Array, start: number, end: number): boolean {
  if (end === start) return true;
  if (end < start + 2 || body[start] !== POINT) return false;
  for (let at = start + 1; at < end; at++) if (!isDigit(body[at])) return false;
  return true;
}

function isUpTo(most: number, body: Uint8Array, at: number): boolean {
  const number = twoDigits(body, at);
  return number !== -1 && number <= most;
}

function twoDigits(body: Uint8Array, at: number): number {
  const [tens, ones] = [body[at], body[at + 1]];
  return isDigit(tens) && isDigit(ones) ? 10 * (tens - ZERO) + ones - ZERO : -1;
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
