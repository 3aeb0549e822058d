import type { JsonValue } from '../../base/json.js';

const perhapsTooLong = /\d{16}/;
const integer = /^-?\d+$/;

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
export async function parseExactly(text: string): Promise<JsonValue> {
  // Loaded where there is such a number.
  const { parse } = await import('lossless-json');
  const options = { parseNumber: exactNumber, onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue };
  return parse(text, null, options) as JsonValue;
}

function exactNumber(digits: string): number | string {
  const value = Number(digits);
  return integer.test(digits) && !Number.isSafeInteger(value) ? digits : value;
}
