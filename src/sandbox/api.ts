import { bodyText, Bytes, textBody, type Body } from './body.js';
import { sound, type Delivery } from './delivery.js';
import type { ActiveFault } from './faults.js';
import { findPage } from './find-page.js';
import { addressesOf, bodyHead, type Links } from './links.js';
import { formatEpoch, type Micros } from './micros.js';
import { InvalidQuery, parseQuery, type Query } from './query.js';
import { errorReply, jsonReply, plainReply, type Reply } from './reply.js';
import type { StreamName } from './rows.js';
import type { State } from './state.js';
import type { StreamStore } from './stream-store.js';

/** An answer to a data request, and how it is to be sent. */
export interface Answer {
  readonly reply: Reply;
  readonly delivery: Delivery;
  readonly faults: readonly string[];
  /** Rows that were looked at. */
  readonly visited: number;
}

/** A data request with a right token. */
export interface DataRequest {
  readonly stream: StreamName;
  readonly url: URL;
  readonly now: Micros;
  readonly number: number;
  readonly streamNumber: number;
  /** Rows as the request found them. */
  readonly store: StreamStore;
}

/** Answers a data request as the reference says, but for the faults that strike it. */
export function answer(state: State, request: DataRequest): Answer {
  const { stream, url, number, streamNumber, now } = request;
  const { searchParams } = url;
  const page = Number(searchParams.get('page') ?? '1');
  const what = `${stream} ${page} ${searchParams.get('created_at_gt') ?? ''}`;
  const active = state.faults.strike({ stream, page, number, streamNumber, what });
  const first: Delivery = { ...sound, delayMs: state.settings.latencyMs };
  const delivery = active.reduce((way, { kind, parameters }) => kind.delivery?.(way, parameters) ?? way, first);
  const faults = active.map(({ name }) => name);

  for (const { kind, parameters } of active) {
    const reply = kind.reply?.(parameters, { url, token: state.settings.token, now });
    if (reply !== undefined) return { reply, delivery, faults, visited: 0 };
  }
  try {
    const query = parseQuery(stream, searchParams, { ...state.settings, now });
    return { ...pageReply(state, request, query, active), delivery, faults };
  } catch (error) {
    if (!(error instanceof InvalidQuery)) throw error;
    return { reply: errorReply(422, error.message, error.details), delivery, faults, visited: 0 };
  }
}

/** What a client hears that asked too often. */
export function tooManyRequests(seconds: number): Reply {
  return plainReply(429, 'Retry later\n', { 'Retry-After': String(seconds) });
}

function pageReply(
  state: State,
  request: DataRequest,
  asked: Query,
  active: readonly ActiveFault[],
): Pick<Answer, 'reply' | 'visited'> {
  const { stream, store, url } = request;
  const query = active.reduce((q, { kind, parameters }) => kind.query?.(q, parameters) ?? q, asked);
  const layout = state.faults.layout(stream, query.perPage, query.page);
  const { numbers, hasNext, visited, key } = findPage(store, query, layout, state.settings.depthCost);

  const addresses = addressesOf(url, query.page, url.searchParams.get('base_timestamp') ?? formatEpoch(query.base));
  const honest: Links = {
    next: hasNext ? addresses.to(query.page + 1) : undefined,
    previous: query.page > 1 ? addresses.to(query.page - 1) : undefined,
  };
  const links = active.reduce((now, { kind, parameters }) => kind.links?.(now, addresses, parameters) ?? now, honest);

  const changed = active.some(({ kind }) => kind.rows !== undefined);
  const rows = state.cache.get(changed || key === null ? null : `${stream} ${key}`, () => {
    const { writer } = state;
    if (!changed) writer.list(numbers, (n) => store.rows.write(writer, n));
    else {
      const honestRows: readonly string[] = numbers.map((n) => store.rows.text(n));
      const rows = active.reduce((now, { kind, parameters }) => kind.rows?.(now, parameters) ?? now, honestRows);
      writer.list(rows, (text) => writer.text(text));
    }
    return new Bytes(writer.take());
  });
  const body = changeText({ head: bodyHead(links), middle: rows, tail: ']}' }, active);
  return { reply: jsonReply(200, body, numbers.length), visited };
}

function changeText(body: Body, active: readonly ActiveFault[]): Body {
  if (!active.some(({ kind }) => kind.body !== undefined)) return body;
  return textBody(active.reduce((text, { kind, parameters }) => kind.body?.(text, parameters) ?? text, bodyText(body)));
}
