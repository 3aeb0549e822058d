import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { rowOffsets } from './row-offsets.js';

/** Why a body is no page; the text is for the message of the error. */
export class NotAPageError extends Error {}

/** The parts of an answer. */
export interface Answer {
  readonly pagination: JsonValue | undefined;
  /** Where each row stands in the body, start and end in turn. */
  readonly offsets: Int32Array;
}

/** Rows are parsed in stretches of this many: one large text would be decoded into memory that outlives its use. */
const ROWS_AT_ONCE = 50;

const NOT_A_LIST = '`events` is not a list of objects';

/**
 * Parses an answer, and hands over its rows stretch by stretch.
 *
 * @param onRows gets each stretch with its own JSON text, a list
 * @throws NotAPageError where the body is not JSON, is cut, or has no `events` list of objects
 */
export function parseAnswer(body: Buffer, onRows: (rows: readonly JsonObject[], text: string) => void): Answer {
  const offsets = rowOffsets(body);
  const count = offsets.length / 2;
  // What stands around and between the stretches, each of them a zero: that the whole is JSON, too.
  let frame = '';
  let end = 0;
  for (let first = 0; first < count; first += ROWS_AT_ONCE) {
    const last = Math.min(first + ROWS_AT_ONCE, count) - 1;
    const start = offsets[2 * first] ?? 0;
    frame += body.toString('utf8', end, start) + '0';
    end = offsets[2 * last + 1] ?? 0;
    const text = `[${body.toString('utf8', start, end)}]`;
    const rows = parse(text);
    if (!Array.isArray(rows) || rows.length !== last - first + 1) throw new NotAPageError(NOT_A_LIST);
    onRows(rows.map(asRow), text);
  }
  const answer = parse(withoutBom(frame + body.toString('utf8', end)));
  if (!isJsonObject(answer)) throw new NotAPageError('the body is not a JSON object');
  const { events: stretches, pagination } = answer;
  if (!Array.isArray(stretches)) throw new NotAPageError('the body has no `events` list');
  if (stretches.length !== Math.ceil(count / ROWS_AT_ONCE)) throw new NotAPageError(NOT_A_LIST);
  return { pagination, offsets };
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    const start = text.slice(0, 60).replace(/\s+/g, ' ').trim();
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
