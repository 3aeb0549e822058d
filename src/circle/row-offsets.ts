import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  POINT,
  QUOTE,
  ZERO,
} from './json-bytes.js';

const EVENTS_KEY = Buffer.from('"events"');
/** A number of fewer characters, sign and point included, is held by a double with every digit. */
const LONG_NUMBER = 16;

/** Where the rows of an answer stand in its bytes. */
export interface RowOffsets {
  /** `[start of row 0, end of row 0, start of row 1, ...]` */
  readonly offsets: Int32Array;
  /** Places of rows with a number that JavaScript may not print as it was: long, with an exponent, or -0. Ascending. */
  readonly oddNumbers: readonly number[];
}

/**
 * Finds where each row of an answer begins and ends in its bytes. It only tells strings and numbers from structure: what
 * is found is to be parsed before it is believed. Of two `events` keys, the last counts, as for JSON.parse.
 */
export function rowOffsets(body: Buffer): RowOffsets {
  let offsets = new Int32Array(4096);
  let oddNumbers: number[] = [];
  let found = 0;
  let depth = 0;
  let inEvents = false;
  const { length } = body;
  for (let at = 0; at < length; at++) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) {
      const start = at;
      for (at++; at < length && body[at] !== QUOTE; at++) if (body[at] === BACKSLASH) at++;
      if (depth === 1 && !inEvents && isEventsKey(body, start, at)) {
        inEvents = true;
        found = 0;
        oddNumbers = [];
      }
    } else if (byte >= MINUS && byte <= NINE) {
      const start = at;
      while (isOfNumber(body[at + 1])) at++;
      if (isOdd(body, start, at + 1) && oddNumbers.at(-1) !== found / 2) oddNumbers.push(found / 2);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (inEvents && depth === 3 && byte === OPEN_BRACE) {
        if (found + 2 > offsets.length) offsets = grown(offsets);
        offsets[found] = at;
      }
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (inEvents && depth === 3 && byte === CLOSE_BRACE) {
        offsets[found + 1] = at + 1;
        found += 2;
      }
      depth--;
      if (inEvents && depth === 1) inEvents = false;
    }
  }
  return { offsets: offsets.subarray(0, found), oddNumbers };
}

/** A digit, sign, point or the letter of an exponent. */
function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= ZERO && byte <= NINE) ||
    byte === POINT ||
    byte === 0x65 ||
    byte === 0x45 ||
    byte === MINUS ||
    byte === PLUS
  );
}

function isOdd(body: Buffer, start: number, end: number): boolean {
  if (end - start >= LONG_NUMBER) return true;
  if (body[start] === MINUS && body[start + 1] === ZERO) return true;
  for (let at = start + 1; at < end; at++) if (body[at] === 0x65 || body[at] === 0x45) return true;
  return false;
}

function grown(offsets: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * offsets.length);
  larger.set(offsets);
  return larger;
}

/** Whether the string is `"events"` as a key; one that is spelled with escapes is not recognised. */
function isEventsKey(body: Buffer, start: number, end: number): boolean {
  // A body that is cut inside a string has no end of it.
  if (end >= body.length || end - start + 1 !== EVENTS_KEY.length) return false;
  if (body.compare(EVENTS_KEY, 0, EVENTS_KEY.length, start, end + 1) !== 0) {
    return false;
  }
  let next = end + 1;
  while (body[next] === 0x20 || body[next] === 0x09 || body[next] === 0x0a || body[next] === 0x0d) next++;
  return body[next] === COLON;
}
