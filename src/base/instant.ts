/**
 * A point in time that compares with `<`, `===` and `>`: UTC, `YYYY-MM-DDTHH:MM:SS`, then the fraction without its
 * trailing zeros. Text, because a JavaScript Date cuts microseconds (design section 4, rule 4).
 */
export type Instant = string & { readonly __brand: 'Instant' };

const shape = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;
/** What nearly every row carries: UTC, and a day that its month has in every year. */
const usualShape =
  /^[12]\d{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;
const ZERO = 0x30;
const dateOnly = /^(\d{4})-(\d\d)-(\d\d)$/;

/**
 * Reads a timestamp of any precision and offset; without a zone it is UTC, a date alone is its midnight.
 * Also Circle's `2024-09-03 16:20:19 UTC`.
 *
 * @returns null where the text is no timestamp, or no real one (`2024-02-30`)
 */
export function parseInstant(text: unknown): Instant | null {
  if (typeof text !== 'string' || text.length > 64) return null;
  const usual = usualShape.exec(text);
  if (usual !== null) {
    // No day is in doubt, nothing has to be shifted: only zeros at the end may have to go.
    const end = text.length - 1;
    if (end === 19) return instant(text.slice(0, 19));
    return text.charCodeAt(end - 1) === ZERO ? trimmed(text.slice(0, end)) : instant(text.slice(0, end));
  }
  const parts = shape.exec(text) ?? dateOnly.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const seconds = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // Date.UTC rolls over what does not exist, and takes the years 0 to 99 for 1900 to 1999: both show up here.
  if (secondsText(wall) !== seconds) return null;
  const shifted = isUtc(zone) ? seconds : secondsText(wall - offsetMillis(zone));
  if (shifted === null) return null;
  return fraction === '' ? instant(shifted) : trimmed(`${shifted}.${fraction}`);
}

/** The instant of a time in milliseconds since 1970 (UTC). */
export function instantOfMillis(millis: number): Instant {
  return instant(
    new Date(millis)
      .toISOString()
      .slice(0, -1)
      .replace(/\.?0*$/, ''),
  );
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

/** Without the zeros at the end of a fraction, and without the point where nothing else is left. */
function trimmed(text: string): Instant {
  return instant(text.replace(/\.?0*$/, ''));
}

function isUtc(zone: string): boolean {
  return zone === 'Z' || zone === 'z' || zone === 'UTC';
}

function offsetMillis(zone: string): number {
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** `YYYY-MM-DDTHH:MM:SS`, or null outside the years 0 to 9999, which text of this form cannot order. */
function secondsText(millis: number): string | null {
  if (!(millis >= -62_167_219_200_000 && millis <= 253_402_300_799_999)) return null;
  return new Date(millis).toISOString().slice(0, 19);
}
