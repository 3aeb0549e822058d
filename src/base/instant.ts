/** A longer text is no timestamp. */
export const LONGEST_TIME = 64;

/**
 * A point in time that compares with `<`, `===` and `>`: UTC, `YYYY-MM-DDTHH:MM:SS`, then the fraction without its
 * trailing zeros. Text, because a JavaScript Date cuts microseconds (docs/reliability.md, promise 4).
 */
export type Instant = string & { readonly __brand: 'Instant' };

const shape = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;
/** What nearly every row carries: UTC, and a day that its month has in every year. */
const usualShape =
  /^[12]\d{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const ZERO = 0x30;
const POINT = 0x2e;
/** Of each month, January being 1, in a year that is no leap year. */
export const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MINUTES_OF_DAY = 24 * 60;
const dateOnly = /^(\d{4})-(\d\d)-(\d\d)$/;

/**
 * Reads a timestamp of any precision and offset; without a zone it is UTC, a date alone is its midnight.
 * Also Circle's `2024-09-03 16:20:19 UTC`.
 *
 * @returns null where the text is no timestamp, or no real one (`2024-02-30`)
 */
export function parseInstant(text: unknown): Instant | null {
  if (typeof text !== 'string' || text.length > LONGEST_TIME) return null;
  if (usualShape.test(text)) {
    // No day is in doubt, nothing has to be shifted: only zeros at the end may have to go.
    const end = text.length - 1;
    if (end === 19) return instant(text.slice(0, 19));
    return text.charCodeAt(end - 1) === ZERO ? trimmed(text.slice(0, end)) : instant(text.slice(0, end));
  }
  const parts = shape.exec(text) ?? dateOnly.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
  const date = `${year}-${month}-${day}`;
  if (!isDate(Number(year), Number(month), Number(day))) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const minutes = 60 * Number(hour) + Number(minute) - (isUtc(zone) ? 0 : offsetMinutes(zone));
  const shifted = minutesLater(date, minutes, second);
  if (shifted === null) return null;
  return fraction === '' ? instant(shifted) : trimmed(`${shifted}.${fraction}`);
}

/** The instant of a time in milliseconds since 1970 (UTC). */
export function instantOfMillis(millis: number): Instant {
  return trimmed(new Date(millis).toISOString().slice(0, -1));
}

/** Milliseconds since 1970 (UTC), the digits below them cut. */
export function millisOfInstant(at: Instant): number {
  return Date.parse(`${at.slice(0, 19)}Z`) + Number(at.slice(20, 23).padEnd(3, '0'));
}

/** As sent to the API and written to the state: UTC with `Z`, so that no `+` has to survive a query string. */
export function formatInstant(at: Instant): string {
  return `${at}Z`;
}

/** How many digits of a second a timestamp shows: 6 for `…:00.250000Z`, 0 for `…:00Z`. */
export function fractionDigits(text: string): number {
  return /[.,](\d+)/.exec(text)?.[1]?.length ?? 0;
}

/**
 * The instant one unit of precision earlier, as text for a strict "greater than": one microsecond where six digits are
 * shown, one second where none is. The unit is that of the source, since a server may read no finer one.
 */
export function tickBefore(at: Instant, digits: number): string {
  const [seconds = '', fraction = ''] = at.split('.');
  const width = Math.max(digits, fraction.length);
  if (width > 0 && /[1-9]/.test(fraction)) {
    const less = (BigInt(fraction.padEnd(width, '0')) - 1n).toString().padStart(width, '0');
    return `${seconds}.${less}Z`;
  }
  const earlier = secondsText(Date.parse(`${seconds}Z`) - 1000) ?? seconds;
  return width === 0 ? `${earlier}Z` : `${earlier}.${'9'.repeat(width)}Z`;
}

/** The instant that lies so many seconds before another one, with its fraction kept. */
export function minusSeconds(at: Instant, seconds: number): Instant {
  const moved = secondsText(Date.parse(`${at.slice(0, 19)}Z`) - Math.round(seconds) * 1000);
  return moved === null ? instant('0000-01-01T00:00:00') : instant(moved + at.slice(19));
}

/** The earlier of two instants. */
export function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}

function instant(text: string): Instant {
  return text as Instant;
}

/** A time with a fraction, without the zeros at its end, and without the point where nothing else is left of it. */
function trimmed(text: string): Instant {
  let end = text.length;
  while (text.charCodeAt(end - 1) === ZERO) end--;
  if (text.charCodeAt(end - 1) === POINT) end--;
  return instant(text.slice(0, end));
}

function isUtc(zone: string): boolean {
  return zone === 'Z' || zone === 'z' || zone === 'UTC';
}

function offsetMinutes(zone: string): number {
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Whether there is such a day. Years before 100 count as none: JavaScript takes them for others. */
function isDate(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (DAYS[month] ?? 0);
  return year >= 100 && day >= 1 && day <= days;
}

/** The time so many minutes after, or before, the beginning of a day; null outside the years 0 to 9999. */
function minutesLater(date: string, minutes: number, second: string): string | null {
  if (minutes < 0 || minutes >= MINUTES_OF_DAY) {
    return secondsText(Date.parse(`${date}T00:00:00Z`) + minutes * 60_000 + Number(second) * 1000);
  }
  return `${date}T${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}:${second}`;
}

function padded(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** `YYYY-MM-DDTHH:MM:SS`, or null outside the years 0 to 9999, which text of this form cannot order. */
function secondsText(millis: number): string | null {
  if (!(millis >= -62_167_219_200_000 && millis <= 253_402_300_799_999)) return null;
  return new Date(millis).toISOString().slice(0, 19);
}
