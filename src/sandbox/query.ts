import { cutMicros, parseEpoch, parseMicros, type Micros } from './micros.js';
import type { StreamName } from './rows.js';

export type Sort = 'latest' | 'oldest';

/** What a data request asks for, read and with its defaults. */
export interface Query {
  readonly perPage: number;
  /** Counts from 1. */
  readonly page: number;
  readonly sort: Sort;
  /** Only rows created before it. */
  readonly base: Micros;
  /** Only rows created strictly later; null is from the beginning. */
  readonly after: Micros | null;
  /** Bounds on triggered_at, both inclusive. */
  readonly from: Micros | null;
  readonly to: Micros | null;
  /** null is all of them. */
  readonly names: ReadonlySet<string> | null;
}

export interface QueryRules {
  readonly pageCap: number;
  readonly ignorePerPage: boolean;
  readonly eventsSpelling: 'both' | 'brackets' | 'plain';
  readonly cursorDigits: number;
  /** `base_timestamp` where none is sent. */
  readonly now: Micros;
}

/** Why a request is answered 422: for each parameter, what is wrong with it. */
export class InvalidQuery extends Error {
  readonly details: Readonly<Record<string, readonly string[]>>;

  constructor(details: Readonly<Record<string, readonly string[]>>) {
    super(
      Object.entries(details)
        .flatMap(([key, lines]) => lines.map((line) => `${key} ${line}`))
        .join(', '),
    );
    this.details = details;
  }
}

/**
 * Reads the query string of a data request. Parameters that the reference does not know are ignored.
 *
 * @throws InvalidQuery
 */
export function parseQuery(stream: StreamName, params: URLSearchParams, rules: QueryRules): Query {
  const wrong: Record<string, string[]> = {};
  const read = <Value>(key: string, absent: Value, parse: (text: string) => Value | null, expected: string): Value => {
    const text = params.get(key);
    if (text === null) return absent;
    const value = parse(text);
    if (value !== null) return value;
    wrong[key] = [expected];
    return absent;
  };
  const date = (key: string): Micros | null => read<Micros | null>(key, null, parseMicros, 'must be a date and time');
  const perPage = read('per_page', rules.pageCap, positive, 'must be a positive integer');
  const after = date('created_at_gt');
  const query: Query = {
    perPage: rules.ignorePerPage ? rules.pageCap : Math.min(perPage, rules.pageCap),
    page: read('page', 1, positive, 'must be a positive integer'),
    sort: read<Sort>('sort', 'latest', sortOf, 'must be latest or oldest'),
    base: read('base_timestamp', rules.now, parseEpoch, 'must be a number of seconds'),
    after: after === null ? null : cutMicros(after, rules.cursorDigits),
    from: date('from_date'),
    to: date('to_date'),
    names: stream === 'events' ? namesOf(params, rules.eventsSpelling) : null,
  };
  if (Object.keys(wrong).length > 0) throw new InvalidQuery(wrong);
  return query;
}

function positive(text: string): number | null {
  return /^0*[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

function sortOf(text: string): Sort | null {
  return text === 'latest' || text === 'oldest' ? text : null;
}

/** `events[]=a&events[]=b` or `events=a&events=b`; Rails takes the last value of the second spelling alone. */
function namesOf(params: URLSearchParams, spelling: QueryRules['eventsSpelling']): ReadonlySet<string> | null {
  const brackets = spelling === 'plain' ? [] : params.getAll('events[]');
  const plain = params.getAll('events');
  const names = [...brackets, ...(spelling === 'brackets' ? plain.slice(-1) : plain)].filter((name) => name !== '');
  return names.length === 0 ? null : new Set(names);
}
