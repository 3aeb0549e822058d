import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answer, tooManyRequests, type Answer } from './api.js';
import { isAuthorized } from './auth.js';
import { control, CONTROL_PREFIX } from './control.js';
import { sound } from './delivery.js';
import { uuid } from './ids.js';
import type { RequestEntry } from './journal.js';
import { formatMicros } from './micros.js';
import type { RateLimit } from './rate-limit.js';
import { invalidToken, notFound, type Reply } from './reply.js';
import { streamNames, type StreamName } from './rows.js';
import { send } from './send.js';
import type { State } from './state.js';

const REQUEST_ID_PURPOSE = 1301;
/** Longer than clients keep a connection, so that no request meets a connection that is just being closed. */
const KEEP_ALIVE_MS = 75_000;

/** Makes the server; it does not listen yet. @param signal ends what still waits, when the sandbox closes */
export function makeServer(state: State, limit: RateLimit, signal: AbortSignal): Server {
  const server = createServer((request, response) => {
    handle(state, limit, request, response, signal).catch((error: unknown) => {
      if (!signal.aborted) response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('connection', () => state.journal.connections++);
  return server;
}

async function handle(
  state: State,
  limit: RateLimit,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const url = urlOf(request);
  if (url.pathname.startsWith(`${CONTROL_PREFIX}/`)) return control(state, request, response, url);
  const begin = performance.now();
  const { journal, settings } = state;
  const now = state.clock.now();
  const stream = streamNames.find((name) => settings[`${name}Path`] === url.pathname) ?? null;
  const refused = refusal(state, limit, request, stream, url);
  const counted = refused === null && stream !== null;
  const store = stream === null ? null : state.store(stream, now);
  const entry: RequestEntry = {
    number: counted ? ++journal.requests : null,
    streamNumber: counted ? ++journal.ofStream[stream] : null,
    stream,
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    authorized: request.headers.authorization !== undefined,
    at: formatMicros(now),
    status: 0,
    rows: 0,
    faults: [],
    ms: null,
  };
  journal.open(entry);
  const { reply, delivery, faults, visited }: Answer =
    refused !== null || stream === null || store === null
      ? { reply: refused ?? notFound(url.pathname), delivery: sound, faults: [], visited: 0 }
      : answer(state, { stream, url, now, number: entry.number ?? 0, streamNumber: entry.streamNumber ?? 0, store });
  entry.status = reply.status;
  entry.rows = reply.rows;
  entry.faults = faults;
  journal.answered(entry, visited);

  let bytes = 0;
  response.once('close', () => journal.close(entry, performance.now() - begin, bytes));
  response.sendDate = false;
  response.setHeader('Date', new Date(now / 1000).toUTCString());
  response.setHeader('X-Request-Id', uuid(settings.seed, REQUEST_ID_PURPOSE, journal.answers));
  const acceptsGzip = settings.gzip && /\bgzip\b(?!;q=0(?:\.0+)?(?:,|$))/.test(acceptedEncodings(request));
  bytes = await send(response, reply, delivery, acceptsGzip, signal);
}

/** Why a request is not even looked at; null where it is fine. */
function refusal(
  state: State,
  limit: RateLimit,
  request: IncomingMessage,
  stream: StreamName | null,
  url: URL,
): Reply | null {
  const { token, authScheme } = state.settings;
  if (stream === null || (request.method !== 'GET' && request.method !== 'HEAD')) return notFound(url.pathname);
  if (!isAuthorized(request.headers.authorization, token, authScheme)) return invalidToken();
  const wait = limit.take(performance.now());
  return wait === null ? null : tooManyRequests(wait);
}

/** The address that was asked for, as the client knows the server. */
function urlOf(request: IncomingMessage): URL {
  const { address, port } = {
    address: request.socket.localAddress ?? '127.0.0.1',
    port: request.socket.localPort ?? 80,
  };
  const own = `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const path = request.url?.startsWith('/') ? request.url : '/';
  const asked = `http://${request.headers.host ?? ''}${path}`;
  return URL.canParse(asked) ? new URL(asked) : new URL(path.replaceAll(/[^!-~]/g, ''), own);
}

function acceptedEncodings(request: IncomingMessage): string {
  const header = request.headers['accept-encoding'];
  return (Array.isArray(header) ? header.join(',') : (header ?? '')).replaceAll(' ', '');
}
