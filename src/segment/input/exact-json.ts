import type { JsonValue } from '../../base/json.js';

const perhapsTooLong = /\d{16}/;
const integer = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
const BACKSLASH = 0x5c;

/** Whether a JSON text may hold an integer that a double cannot: one of 16 digits or more. */
export function hasLongNumbers(text: string): boolean {
  return perhapsTooLong.test(text);
}

/**
 * Parses JSON with each integer beyond 2^53 as a string of its digits. Cut to a double, two ids could become one: then
 * the two rows would get the same messageId, and Segment would drop the second.
 *
 * @param text valid JSON
 */
export function parseExactly(text: string): JsonValue {
  return JSON.parse(quoteLongIntegers(text)) as JsonValue;
}

function quoteLongIntegers(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (;;) {
    const quote = text.indexOf('"', from);
    const outside = text.slice(from, quote < 0 ? text.length : quote);
    parts.push(outside.replace(integer, (digits) => (Number.isSafeInteger(Number(digits)) ? digits : `"${digits}"`)));
    if (quote < 0) return parts.join('');
    from = endOfString(text, quote);
    parts.push(text.slice(quote, from));
  }
}

/** The place after the string that begins at `start`: after the first quote that no backslash escapes. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}
