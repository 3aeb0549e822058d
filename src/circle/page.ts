import { isUtf8 } from 'node:buffer';
import { isSafeNumber, LosslessNumber, parse as parseLossless, stringify } from 'lossless-json';
import { ReportError } from '../base/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { cleanJson } from '../base/json-text.js';
import { NotAPageError, parseAnswer } from './answer.js';

/** What the reader of a page wants to be done with each row while it is at hand. */
export interface RowView {
  /** Says what is wrong with a row, or null; null checks nothing. */
  readonly check: ((row: JsonObject) => string | null) | null;
  /** Makes the record that is passed on of a row; null passes it on as it is. */
  readonly apply: ((row: JsonObject) => JsonObject) | null;
}

/**
 * One answer of the API, decoded. Of the parsed rows only what the sync needs is kept: many pages may wait, and a row's
 * text is a tenth of its objects.
 */
export class Page {
  readonly ids: string[] = [];
  /** `created_at` of each row as sent, where it is text. */
  readonly createdAt: (string | null)[] = [];
  readonly names: (string | null)[] = [];
  /** What is wrong with rows, by their place. */
  readonly complaints = new Map<number, string>();
  /** `next_page_uri` as the server wrote it, null where it is absent: the only sign of the end. */
  readonly nextPageUri: string | null;
  /** How many NULs and lone surrogates {@link textOf} has replaced so far. */
  replaced = 0;
  private body: Buffer;
  private readonly offsets: Int32Array;
  private readonly isPlain: boolean;
  /** The records' text where it is not the rows' own. */
  private readonly texts: string[] | null;

  /** @throws NotAPageError where the body is not JSON, is cut, or has no `events` list of rows with ids */
  constructor(body: Buffer, view: RowView) {
    this.body = body;
    const texts: string[] = [];
    const { pagination, offsets } = parseAnswer(body, (rows, text) => {
      this.note(rows, text, view);
      if (view.apply !== null) texts.push(...recordTexts(text, rows, view.apply));
    });
    this.nextPageUri = nextPageUriOf(pagination);
    this.offsets = offsets;
    this.texts = view.apply === null ? null : texts;
    this.isPlain = this.texts === null && isPlain(body);
  }

  /**
   * The record of a row as JSON on one line. Rows that are passed on as they are keep every digit and byte of the body,
   * unless something in it would break a reader.
   */
  textOf(index: number): Buffer | string {
    if (this.texts !== null) return this.clean(this.texts[index] ?? 'null');
    const bytes = this.body.subarray(this.offsets[2 * index], this.offsets[2 * index + 1]);
    return this.isPlain ? bytes : this.clean(bytes.toString('utf8'));
  }

  /** Gives the body away; {@link textOf} may not be called afterwards. */
  release(): Buffer {
    const { body } = this;
    this.body = Buffer.alloc(0);
    return body;
  }

  private note(rows: readonly JsonObject[], text: string, { check }: RowView): void {
    // Two long numbers may be one double: as ids they would make one row of two.
    const isLong = ({ id }: JsonObject): boolean => typeof id === 'number' && !Number.isSafeInteger(id);
    const exact = rows.some(isLong) ? exactRows(text) : rows;
    for (const [place, row] of rows.entries()) {
      const index = this.ids.length;
      const complaint = check?.(row) ?? null;
      if (complaint !== null) this.complaints.set(index, complaint);
      this.ids.push(idOf(exact[place] ?? row, index));
      this.createdAt.push(textOrNull(row['created_at']));
      this.names.push(textOrNull(row['name']));
    }
  }

  private clean(text: string): string {
    const clean = cleanJson(text);
    this.replaced += clean.replaced;
    return clean.text;
  }
}

function idOf({ id }: JsonObject, index: number): string {
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number' || id instanceof LosslessNumber) return String(id);
  throw new NotAPageError(`\`events[${index}]\` has no id`);
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** A number that a double may not hold: 16 characters or more, with an exponent, or -0. Also finds some inside strings. */
const longNumber = /[[:,]\s*(?:-?(?:[\d.]{16,}|[\d.]+[eE])|-0(?:\.0*)?(?![\d.]))/;

/** Prints records anew, with the digits that the API sent also where JavaScript would change them. */
function recordTexts(text: string, rows: readonly JsonObject[], record: (row: JsonObject) => JsonObject): string[] {
  try {
    if (!longNumber.test(text)) return rows.map((row) => JSON.stringify(record(row)));
    return exactRows(text).map((row) => stringify(record(row)) ?? 'null');
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ReportError(
      'A row is nested too deeply to be changed. Where properties are neither left out nor flattened nor hashed, it comes through',
      { cause },
    );
  }
}

function exactRows(text: string): JsonObject[] {
  return parseLossless(text, undefined, {
    parseNumber: (digits) => (keepsDigits(digits) ? Number(digits) : new LosslessNumber(digits)),
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonObject[];
}

function keepsDigits(digits: string): boolean {
  return isSafeNumber(digits) && !Object.is(Number(digits), -0);
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

/** Whether rows can be passed on byte for byte. */
function isPlain(body: Buffer): boolean {
  if (!isUtf8(body) || unfit.some((bytes) => body.includes(bytes))) return false;
  for (let at = body.indexOf('\\u'); at !== -1; at = body.indexOf('\\u', at + 2)) {
    // NUL and surrogates. The latter are usually pairs, but pages with escaped ones are rare enough to look closer.
    const code = body.toString('latin1', at + 2, at + 6);
    if (code === '0000' || /^[dD][89a-fA-F]/.test(code)) return false;
  }
  return true;
}
