import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  FIRST_WIDE,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  POINT,
  QUOTE,
  ZERO,
} from './json-bytes.js';
import { ARRAY, BOOLEAN, INTEGER, NULL, NUMBER, OBJECT, STRING, anything, type RowGuide } from './row-guide.js';
import { isUsualTime } from './usual-time.js';

/** Nothing is said: it is not JSON, or not as the guide wants it, or somebody has to look closer. */
export const UNSURE = -1;

/** What a byte in a string is. */
const PLAIN = 0;
const CONTROL = 1;
const END = 2;
const ESCAPE = 3;
const WIDE = 4;
const kindOfByte = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20) return CONTROL;
  if (byte === QUOTE) return END;
  if (byte === BACKSLASH) return ESCAPE;
  return byte < FIRST_WIDE ? PLAIN : WIDE;
});
/** What may stand behind a backslash, `u` aside. */
const escapable = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number('"\\/bfnrt'.includes(String.fromCharCode(byte))),
);

/** Deeper, it is nothing that the API sends. */
const MOST_DEPTH = 64;
/** More digits may be more than a double can be, so no number for a schema. */
const MOST_DIGITS = 300;

/**
 * Reads JSON from bytes without making objects of it. It knows JSON without white space, in which each value is what its
 * guide wants; to all else it says {@link UNSURE}, which means nothing but that JSON.parse has to read it.
 *
 * Each method takes the place where something begins, and gives the one behind its end.
 */
export class RowScanner {
  /** Letters outside ASCII were seen: whether they are UTF-8 is not looked at. */
  hasWide = false;
  /** Where the values of the last row stand, by the place of their keys in its guide: start and end in turn. */
  readonly spans = new Int32Array(64);
  /** Which of them the last row has: a bit for each. */
  seen = 0;
  private readonly body: Uint8Array;

  constructor(body: Uint8Array) {
    this.body = body;
  }

  /** Whether these bytes stand there. */
  has(bytes: Uint8Array, at: number): boolean {
    const { body } = this;
    for (let place = 0; place < bytes.length; place++) if (body[at + place] !== bytes[place]) return false;
    return true;
  }

  /** A row, and where its values stand. */
  row(at: number, guide: RowGuide): number {
    this.seen = 0;
    return this.body[at] === OPEN_BRACE ? this.object(at + 1, guide, 0) : UNSURE;
  }

  /** A key and its value, whatever they are. */
  member(at: number): number {
    const value = this.key(at);
    return value === UNSURE ? UNSURE : this.value(value, anything, 1);
  }

  private value(at: number, guide: RowGuide, depth: number): number {
    const { kinds } = guide;
    switch (this.body[at]) {
      case QUOTE: {
        const end = (kinds & STRING) === 0 ? UNSURE : this.string(at + 1);
        return guide.isTime && end !== UNSURE && !isUsualTime(this.body, at + 1, end - 1) ? UNSURE : end;
      }
      case OPEN_BRACE:
        return (kinds & OBJECT) === 0 ? UNSURE : this.object(at + 1, guide, depth);
      case OPEN_BRACKET:
        return (kinds & ARRAY) === 0 ? UNSURE : this.array(at + 1, depth);
      case 0x6e:
        return (kinds & NULL) === 0 ? UNSURE : this.word(at, nullWord);
      case 0x74:
        return (kinds & BOOLEAN) === 0 ? UNSURE : this.word(at, trueWord);
      case 0x66:
        return (kinds & BOOLEAN) === 0 ? UNSURE : this.word(at, falseWord);
      default:
        return (kinds & INTEGER) === 0 ? UNSURE : this.number(at, guide);
    }
  }

  /** @param at behind the brace */
  private object(at: number, guide: RowGuide, depth: number): number {
    const { body } = this;
    const { keys, values, required } = guide;
    let seen = 0;
    let next = 0;
    if (depth > MOST_DEPTH) return UNSURE;
    if (body[at] === CLOSE_BRACE) return required === 0 ? at + 1 : UNSURE;
    for (;;) {
      const place = this.placeOf(keys, next, at);
      let end: number;
      if (place === keys.length) {
        const start = this.key(at);
        end = start === UNSURE ? UNSURE : this.value(start, anything, depth + 1);
      } else {
        // Of two values of one key, the last one counts, as for JSON.parse; but both are looked at.
        const start = at + (keys[place]?.length ?? 0);
        end = this.value(start, values[place] ?? anything, depth + 1);
        if (depth === 0) {
          this.spans[2 * place] = start;
          this.spans[2 * place + 1] = end;
        }
        seen |= 1 << place;
        next = place + 1;
      }
      if (end === UNSURE) return UNSURE;
      at = end + 1;
      if (body[end] === COMMA) continue;
      if (body[end] !== CLOSE_BRACE || (seen & required) !== required) return UNSURE;
      if (depth === 0) this.seen = seen;
      return at;
    }
  }

  /** Which of the keys stands there; their number for none. Keys mostly come in one order. */
  private placeOf(keys: readonly Uint8Array[], next: number, at: number): number {
    for (let place = next; place < keys.length; place++) if (this.startsWith(keys[place], at)) return place;
    for (let place = 0; place < next; place++) if (this.startsWith(keys[place], at)) return place;
    return keys.length;
  }

  private startsWith(key: Uint8Array | undefined, at: number): boolean {
    const { body } = this;
    if (key === undefined || body[at + 1] !== key[1] || body[at + 2] !== key[2]) return false;
    // What most keys that begin alike do not have alike is the end.
    for (let place = key.length - 1; place > 2; place--) if (body[at + place] !== key[place]) return false;
    return body[at] === QUOTE;
  }

  /** A key and its colon. With an escape in it, it may be any key. */
  private key(at: number): number {
    const { body } = this;
    if (body[at] !== QUOTE) return UNSURE;
    const end = this.string(at + 1);
    if (end === UNSURE || body[end] !== COLON) return UNSURE;
    for (let place = at; place < end; place++) if (body[place] === BACKSLASH) return UNSURE;
    return end + 1;
  }

  /** @param at behind the bracket */
  private array(at: number, depth: number): number {
    const { body } = this;
    if (depth > MOST_DEPTH) return UNSURE;
    if (body[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = this.value(at, anything, depth + 1);
      if (at === UNSURE) return UNSURE;
      if (body[at] === CLOSE_BRACKET) return at + 1;
      if (body[at] !== COMMA) return UNSURE;
      at++;
    }
  }

  /** @param at behind the quote */
  private string(at: number): number {
    const { body } = this;
    for (;;) {
      let kind = kindOfByte[body[at] ?? 0];
      while (kind === PLAIN) kind = kindOfByte[body[++at] ?? 0];
      if (kind === END) return at + 1;
      if (kind === WIDE) {
        if (isSeparator(body, at)) return UNSURE;
        this.hasWide = true;
        at++;
      } else {
        at = kind === ESCAPE ? this.escape(at + 1) : UNSURE;
        if (at === UNSURE) return UNSURE;
      }
    }
  }

  /** @param at behind the backslash. NUL and surrogates may have to be replaced. */
  private escape(at: number): number {
    const { body } = this;
    const kind = body[at] ?? 0;
    if (escapable[kind] === 1) return at + 1;
    if (kind !== 0x75) return UNSURE;
    let code = 0;
    for (let place = at + 1; place < at + 5; place++) {
      const digit = hexDigit(body[place] ?? 0);
      if (digit === UNSURE) return UNSURE;
      code = 16 * code + digit;
    }
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? UNSURE : at + 5;
  }

  private number(at: number, { kinds }: RowGuide): number {
    const start = at;
    if (this.body[at] === MINUS) at++;
    if (this.body[at] === ZERO) at++;
    else at = this.digits(at);
    if (at !== UNSURE && this.body[at] === POINT) at = (kinds & NUMBER) === 0 ? UNSURE : this.digits(at + 1);
    if (at === UNSURE) return UNSURE;
    const letter = this.body[at];
    if (letter === 0x65 || letter === 0x45) {
      // With an exponent, it may be more than a double can be.
      if (kinds !== anything.kinds) return UNSURE;
      const sign = this.body[at + 1];
      return this.digits(sign === MINUS || sign === PLUS ? at + 2 : at + 1);
    }
    return at - start > MOST_DIGITS ? UNSURE : at;
  }

  /** One digit or more. */
  private digits(at: number): number {
    const { body } = this;
    const start = at;
    for (;;) {
      const byte = body[at] ?? 0;
      if (byte < ZERO || byte > NINE) return at === start ? UNSURE : at;
      at++;
    }
  }

  private word(at: number, word: Uint8Array): number {
    return this.has(word, at) ? at + word.length : UNSURE;
  }
}

const nullWord = Buffer.from('null');
const trueWord = Buffer.from('true');
const falseWord = Buffer.from('false');

/** U+0085, U+2028 or U+2029, at which some readers split lines. */
function isSeparator(body: Uint8Array, at: number): boolean {
  if (body[at] === 0xc2) return body[at + 1] === 0x85;
  return body[at] === 0xe2 && body[at + 1] === 0x80 && (body[at + 2] === 0xa8 || body[at + 2] === 0xa9);
}

function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : UNSURE;
}
