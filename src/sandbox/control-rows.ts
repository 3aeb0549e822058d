import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { uuid } from './ids.js';
import { formatMicros, isFinerThanMicros, parseMicros, type Micros } from './micros.js';
import { InvalidInput, Reader } from './reader.js';
import { streamNames, type GivenRow, type StreamName } from './rows.js';
import type { State } from './state.js';
import type { GeneratedRow, When } from './stream-store.js';

/** When something happens: at a time (ISO 8601), or once the rows' stream has answered so many requests. */
export type Moment = string | { readonly after_request: number };

/** Rows to add: given whole (`rows`, `texts`), generated (`count`), or both. */
export interface RowsToAdd {
  /** Default: events. */
  readonly stream?: StreamName;
  /** Rows as objects; what is missing of id, name, triggered_at, created_at, version and payload is put in. */
  readonly rows?: readonly JsonObject[];
  /** Rows as JSON text, served byte for byte; each needs an id. */
  readonly texts?: readonly string[];
  /** How many rows to generate. */
  readonly count?: number;
  /** Of generated rows, and of given ones that have none. Default: now. */
  readonly created_at?: string;
  /** Microseconds from one generated row to the next. Default: 0, they share one created_at. */
  readonly step_us?: number;
  /** Event name of generated rows. Default: as they come. */
  readonly name?: string;
  /** Default: at once. */
  readonly visible_at?: Moment;
  /** Default: never. */
  readonly deleted_at?: Moment;
}

/** When rows go, and when they come back. */
export interface Absence {
  /** Default: now. */
  readonly deleted_at?: Moment;
  /** Default: never. */
  readonly until?: Moment;
}

const PURPOSE = 1101;
const MOST_AT_ONCE = 5_000_000;
const addKeys = ['stream', 'rows', 'texts', 'count', 'created_at', 'step_us', 'name', 'visible_at', 'deleted_at'];

/** Adds rows and answers their ids, in order. @throws InvalidInput */
export function addRows(state: State, value: unknown): string[] {
  const reader = new Reader(value, 'rows', addKeys);
  const given = reader.text('stream') ?? 'events';
  const stream = streamNames.find((name) => name === given);
  if (stream === undefined) throw reader.wrong('stream', streamNames.join(' or '));
  const now = state.clock.now();
  const store = state.store(stream, now);
  const created = timeOf(reader, 'created_at') ?? now;

  const rows: (GivenRow | GeneratedRow)[] = [];
  const count = reader.whole('count', 0, MOST_AT_ONCE) ?? 0;
  const step = reader.whole('step_us', 0, 1e12) ?? 0;
  const name = reader.text('name');
  if (name !== undefined && count > 0 && !store.rows.canGenerate(name)) {
    throw reader.wrong('name', 'a name that the stream has; give other rows whole');
  }
  for (let n = 0; n < count; n++) rows.push({ created: created + n * step, name });

  const seen = new Set<string>();
  const whole = [
    ...(reader.list('rows') ?? []).map((row, index) =>
      completed(row, `rows.rows[${index}]`, created, stream, store.rows.length + index),
    ),
    ...(reader.list('texts') ?? []).map((text, index) => parsed(text, `rows.texts[${index}]`)),
  ];
  for (const { row, text } of whole) {
    const one = givenRow(row, text, created);
    if (seen.has(one.id) || store.rows.find(one.id) !== undefined)
      throw new InvalidInput(`rows: the id ${one.id} is taken`);
    seen.add(one.id);
    rows.push(one);
  }
  const numbers = store.add(rows, whenOf(reader, 'visible_at'), whenOf(reader, 'deleted_at'));
  return numbers.map((n) => store.rows.id(n));
}

/** Takes rows out of sight, of whichever stream, and answers the ids of those that there are. @throws InvalidInput */
export function deleteRows(state: State, value: unknown): string[] {
  const reader = new Reader(value, 'rows', ['ids', 'deleted_at', 'until']);
  const ids = (reader.list('ids') ?? []).map(String);
  const from = whenOf(reader, 'deleted_at');
  const until = whenOf(reader, 'until');
  return streamNames.flatMap((stream) => state.store(stream).remove(ids, from, until));
}

function completed(
  value: JsonValue,
  place: string,
  created: Micros,
  stream: StreamName,
  n: number,
): { row: JsonObject; text: string } {
  if (!isJsonObject(value)) throw new InvalidInput(`${place}: expected an object`);
  const at = value['created_at'] ?? formatMicros(created);
  const name = stream === 'events' ? 'post.liked' : 'community_member.visit';
  const row: JsonObject = {
    ...{ id: uuid(n, PURPOSE, created % 2 ** 32), name, triggered_at: at, created_at: at, version: '1', payload: {} },
    ...value,
  };
  return { row, text: JSON.stringify(row) };
}

function parsed(value: JsonValue, place: string): { row: JsonObject; text: string } {
  if (typeof value !== 'string') throw new InvalidInput(`${place}: expected a text`);
  let row: unknown;
  try {
    row = JSON.parse(value);
  } catch {
    throw new InvalidInput(`${place}: not JSON`);
  }
  if (!isJsonObject(row)) throw new InvalidInput(`${place}: expected the JSON of an object`);
  return { row, text: value };
}

/** A row whose created_at is no timestamp is sorted by the one that it would have had. */
function givenRow(row: JsonObject, text: string, otherwise: Micros): GivenRow {
  const { id, name, created_at: createdAt, triggered_at: triggeredAt } = row;
  if ((typeof id !== 'string' || id === '') && typeof id !== 'number') throw new InvalidInput('rows: a row has no id');
  if (typeof createdAt === 'string' && isFinerThanMicros(createdAt)) {
    throw new InvalidInput(`rows: created_at ${createdAt} is finer than the microseconds by which rows are sorted`);
  }
  const created = parseMicros(createdAt) ?? otherwise;
  const triggered = parseMicros(triggeredAt) ?? created;
  return { id: String(id), name: typeof name === 'string' ? name : '', created, triggered, text };
}

function timeOf(reader: Reader, key: string): Micros | undefined {
  const text = reader.text(key);
  const at = text === undefined ? undefined : parseMicros(text);
  if (at === null) throw reader.wrong(key, 'a date and time (ISO 8601)');
  return at;
}

function whenOf(reader: Reader, key: string): When | undefined {
  const value = reader.raw(key);
  if (!isJsonObject(value)) {
    const at = timeOf(reader, key);
    return at === undefined ? undefined : { at };
  }
  const afterRequest = value['after_request'];
  if (typeof afterRequest !== 'number') throw reader.wrong(key, 'a time or {"after_request": number}');
  return { afterRequest };
}
