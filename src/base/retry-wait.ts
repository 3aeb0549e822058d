const FIRST_WAIT_MS = 500;

/**
 * `Retry-After` in milliseconds from now: seconds or an HTTP date (RFC 9110, 10.2.3); null where it says nothing.
 *
 * @param now the server's clock, in milliseconds since 1970
 */
export function retryAfterMillis(value: string | null | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  if (text === '') return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // `Date.parse` makes a date of anything with a digit, `-3` too.
  const date = /\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** A server's hint as it stands, with jitter added and none taken off. */
export function hintedWait(hintMillis: number, random: number): number {
  return hintMillis + random * 250;
}

/**
 * Waits without a hint, in milliseconds: they double from half a second to the longest, each between half and the whole.
 *
 * @param attempts so far, from 1
 * @param random a number from 0 to 1
 */
export function growingWait(attempts: number, longestMillis: number, random: number): number {
  const full = Math.min(longestMillis, FIRST_WAIT_MS * 2 ** (attempts - 1));
  return full / 2 + (random * full) / 2;
}
