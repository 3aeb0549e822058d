const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const EVENTS_KEY = Buffer.from('"events"');

/**
 * Where each row of an answer begins and ends in its bytes: `[start of row 0, end of row 0, start of row 1, ...]`.
 * The body has been parsed before, so this only has to tell strings from structure.
 *
 * @param count how many rows the parser found
 * @returns null where the count differs (two `events` keys, say): then the bytes are not to be trusted
 */
export function rowOffsets(body: Buffer, count: number): Int32Array | null {
  const offsets = new Int32Array(2 * count);
  let found = 0;
  let depth = 0;
  let inEvents = false;
  let seenEvents = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      const start = at;
      at = endOfString(body, at);
      if (depth === 1 && !inEvents && isEventsKey(body, start, at)) {
        if (seenEvents) return null;
        seenEvents = true;
        inEvents = true;
      }
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (inEvents && depth === 3 && byte === OPEN_BRACE) {
        if (found === count) return null;
        offsets[2 * found] = at;
      }
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (inEvents && depth === 3 && byte === CLOSE_BRACE) offsets[2 * found++ + 1] = at + 1;
      depth--;
      if (inEvents && depth === 1) inEvents = false;
    }
  }
  return found === count ? offsets : null;
}

/** The place of the closing quote of the string that opens at `start`. */
function endOfString(body: Buffer, start: number): number {
  let at = start + 1;
  for (; at < body.length && body[at] !== QUOTE; at++) if (body[at] === BACKSLASH) at++;
  return at;
}

/** Whether the string is `"events"` as a key; a key that is spelled with escapes is not recognised: no count then. */
function isEventsKey(body: Buffer, start: number, end: number): boolean {
  if (end - start + 1 !== EVENTS_KEY.length || body.compare(EVENTS_KEY, 0, EVENTS_KEY.length, start, end + 1) !== 0) {
    return false;
  }
  let next = end + 1;
  while (body[next] === 0x20 || body[next] === 0x09 || body[next] === 0x0a || body[next] === 0x0d) next++;
  return body[next] === COLON;
}
