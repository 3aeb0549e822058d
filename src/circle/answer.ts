import { isAscii } from 'node:buffer';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { hasWideEscape } from './plain-text.js';
import { rowOffsets } from './row-offsets.js';

/** Why a body is no page; the text is for the message of the error. */
export class NotAPageError extends Error {}

/** The parts of an answer. */
export interface Answer {
  readonly pagination: JsonValue | undefined;
  /** Where each row stands in the body, start and end in turn. */
  readonly offsets: Int32Array;
}

/** Rows that stand side by side, parsed. */
export interface Stretch {
  /** The place of the first one in the page. */
  readonly first: number;
  readonly rows: readonly JsonObject[];
  /** Their own JSON text, a list. */
  readonly text: string;
  /**
   * How the text was read. As `latin1`, each byte became one character: keys, structure and strings are right where they
   * are ASCII, and the others come out right again when they are written as `latin1`.
   */
  readonly encoding: 'latin1' | 'utf8';
  /** Whether a number in it may be changed by JavaScript. */
  readonly hasOddNumbers: boolean;
  /** Parses a row again, by its place in the stretch, with all letters right. */
  readonly reread: (place: number) => JsonObject;
}

/** What is done with the rows, where it matters for how their text is read. */
export interface Use {
  /** Somebody looks at the letters of strings. */
  readonly readsLetters: boolean;
  /** Rows are printed anew. */
  readonly prints: boolean;
  /** What is printed of the body's bytes may leave as it is. */
  readonly isClean: boolean;
}

/** Rows are parsed in stretches of this many: one large text would be decoded into memory that outlives its use. */
const ROWS_AT_ONCE = 50;

const NOT_A_LIST = '`events` is not a list of objects';

/**
 * Parses an answer, and hands over its rows stretch by stretch. Where it can, it takes bytes for characters: V8 needs half
 * the time where a character is one byte, and hardly a stretch is without a name that is not ASCII.
 *
 * @throws NotAPageError where the body is not JSON, is cut, or has no `events` list of objects
 */
export function parseAnswer(body: Buffer, use: Use, onRows: (stretch: Stretch) => void): Answer {
  const { offsets, oddNumbers } = rowOffsets(body);
  const count = offsets.length / 2;
  const bytesOf = (first: number, last: number): Buffer => body.subarray(offsets[2 * first], offsets[2 * last + 1]);
  const reread = (index: number): JsonObject => asRow(parse(bytesOf(index, index).toString('utf8'), body), index);
  // What stands around and between the stretches, each of them a zero: that the whole is JSON, too.
  let frame = '';
  let end = 0;
  for (let first = 0; first < count; first += ROWS_AT_ONCE) {
    const last = Math.min(first + ROWS_AT_ONCE, count) - 1;
    frame += body.toString('utf8', end, offsets[2 * first]) + '0';
    end = offsets[2 * last + 1] ?? 0;
    const bytes = bytesOf(first, last);
    const encoding = encodingOf(bytes, use);
    const text = `[${bytes.toString(encoding)}]`;
    const rows = parse(text, body);
    if (!Array.isArray(rows) || rows.length !== last - first + 1) throw new NotAPageError(NOT_A_LIST);
    onRows({
      first,
      rows: rows.map(asRow),
      text,
      encoding,
      hasOddNumbers: oddNumbers.some((index) => index >= first && index <= last),
      reread: (place) => reread(first + place),
    });
  }
  const answer = parse(withoutBom(frame + body.toString('utf8', end)), body);
  if (!isJsonObject(answer)) throw new NotAPageError('the body is not a JSON object');
  const { events: stretches, pagination } = answer;
  if (!Array.isArray(stretches)) throw new NotAPageError('the body has no `events` list');
  if (stretches.length !== Math.ceil(count / ROWS_AT_ONCE)) throw new NotAPageError(NOT_A_LIST);
  return { pagination, offsets };
}

function encodingOf(bytes: Buffer, { readsLetters, prints, isClean }: Use): Stretch['encoding'] {
  if (readsLetters && !isAscii(bytes)) return 'utf8';
  // Such an escape becomes a character that would be written as a byte.
  return prints && (!isClean || hasWideEscape(bytes)) ? 'utf8' : 'latin1';
}

/** @param body what the text is a part of: an error quotes its beginning */
function parse(text: string, body: Buffer): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    const start = withoutBom(body.toString('utf8', 0, 240))
      .slice(0, 60)
      .replace(/\s+/g, ' ')
      .trim();
    throw new NotAPageError(
      start === '' ? 'the body is empty' : `the body is not JSON or is cut; it begins with ${JSON.stringify(start)}`,
    );
  }
}

function withoutBom(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function asRow(value: JsonValue, index: number): JsonObject {
  if (!isJsonObject(value)) throw new NotAPageError(`\`events[${index}]\` is not an object`);
  return value;
}
