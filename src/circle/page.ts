import { isUtf8 } from 'node:buffer';
import { parse as parseLossless, isSafeNumber, LosslessNumber } from 'lossless-json';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { rowOffsets } from './row-offsets.js';

/** A row as the API sent it, with the two fields that the sync lives by. */
export interface Row {
  readonly id: string;
  /** As sent: usually a timestamp, but the API is alpha. */
  readonly createdAt: JsonValue | undefined;
  readonly value: JsonObject;
}

/** Why a body is no page; the text is for the message of the error. */
export class NotAPageError extends Error {}

/** One answer of the API, decoded. */
export class Page {
  readonly rows: readonly Row[];
  /** `next_page_uri` as the server wrote it, null where it is absent: the only sign of the end. */
  readonly nextPageUri: string | null;
  private readonly body: Buffer;
  private offsets: Int32Array | null | undefined;

  /** @throws NotAPageError where the body is not JSON, is cut, or has no `events` array of rows with ids */
  constructor(body: Buffer) {
    this.body = body;
    const answer = parseBody(body);
    if (!isJsonObject(answer)) throw new NotAPageError('the body is not a JSON object');
    const { events, pagination } = answer;
    if (!Array.isArray(events)) throw new NotAPageError('the body has no `events` array');
    this.rows = events.map(rowOf);
    this.nextPageUri = nextPageUriOf(pagination);
  }

  get bytes(): number {
    return this.body.length;
  }

  /**
   * The row's own JSON text, one line of valid UTF-8, to be passed on with every digit as it stands; null where it may
   * not be (white space between tokens, broken UTF-8, characters that break readers): then print the value.
   */
  textOf(index: number): Buffer | null {
    this.offsets ??= isPlain(this.body) ? rowOffsets(this.body, this.rows.length) : null;
    if (this.offsets === null) return null;
    return this.body.subarray(this.offsets[2 * index], this.offsets[2 * index + 1]);
  }

  /**
   * The rows with every number that JavaScript would change kept as its text (`LosslessNumber`), for printing what is
   * not passed on as it stands. The same objects as in `rows` where there is no such number.
   */
  exactValues(): readonly JsonObject[] {
    const text = this.body.toString('utf8');
    if (!longNumber.test(text)) return this.rows.map((row) => row.value);
    const answer = parseLossless(text, undefined, {
      parseNumber: (digits) => (isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits)),
      onDuplicateKey: ({ newValue }) => newValue,
    }) as { events: JsonObject[] };
    return answer.events;
  }
}

/** A number that a double may not hold: 16 characters or more, or with an exponent. Also finds some inside strings. */
const longNumber = /[[:,]\s*-?(?:[\d.]{16,}|[\d.]+[eE])/;

function parseBody(body: Buffer): JsonValue {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as JsonValue;
  } catch {
    const start = text.slice(0, 60).replace(/\s+/g, ' ').trim();
    throw new NotAPageError(
      start === '' ? 'the body is empty' : `the body is not JSON or is cut; it begins with ${JSON.stringify(start)}`,
    );
  }
}

function rowOf(value: JsonValue, index: number): Row {
  if (!isJsonObject(value)) throw new NotAPageError(`\`events[${index}]\` is not an object`);
  const { id } = value;
  if (typeof id === 'string' && id !== '') return { id, createdAt: value['created_at'], value };
  if (typeof id === 'number') return { id: String(id), createdAt: value['created_at'], value };
  throw new NotAPageError(`\`events[${index}]\` has no id`);
}

function nextPageUriOf(pagination: JsonValue | undefined): string | null {
  if (!isJsonObject(pagination)) return null;
  const uri = pagination['next_page_uri'];
  if (uri === undefined || uri === null || uri === '') return null;
  if (typeof uri !== 'string') throw new NotAPageError('`next_page_uri` is not a string');
  return uri;
}

/** Line feeds and returns can only stand between tokens; the others are U+0085, U+2028 and U+2029 in UTF-8. */
const unfit = ['\n', '\r', '\u0085', '\u2028', '\u2029'].map((character) => Buffer.from(character));

function isPlain(body: Buffer): boolean {
  if (!isUtf8(body) || unfit.some((bytes) => body.includes(bytes))) return false;
  // Escapes of NUL and of surrogates, which are usually pairs: rare enough to print those pages anew.
  return !body.includes('\\u') || !/\\u(?:0000|[dD][89a-fA-F])/.test(body.toString('latin1'));
}
