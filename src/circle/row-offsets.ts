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
 * It only tells strings from structure: what is found is to be parsed before it is believed. Of two `events` keys, the
 * last counts, as for JSON.parse.
 */
export function rowOffsets(body: Buffer): Int32Array {
  let offsets = new Int32Array(4096);
  let found = 0;
  let depth = 0;
  let inEvents = false;
  const { length } = body;
  for (let at = 0; at < length; at++) {
    const byte = body[at] ?? 0;
    // Most bytes outside strings are digits, commas and colons: one comparison settles them.
    if (byte !== QUOTE && byte < OPEN_BRACKET) continue;
    if (byte === QUOTE) {
      const start = at;
      for (at++; at < length && body[at] !== QUOTE; at++) if (body[at] === BACKSLASH) at++;
      if (depth === 1 && !inEvents && isEventsKey(body, start, at)) {
        inEvents = true;
        found = 0;
      }
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
  return offsets.subarray(0, found);
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
