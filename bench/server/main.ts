/** A server of prepared pages: `--rows N`. Prints `{"url":...}`, and ends when its standard input does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parseMicros } from '../../src/sandbox/micros.js';
import { RateLimit } from '../../src/sandbox/rate-limit.js';
import { modeOf, nothingSeen, plainMode, type Mode, type Seen } from './mode.js';
import { countUpTo, prepareRows, sliceOf } from './prepared-rows.js';

const MOST_PER_PAGE = 2000;
const TAIL = Buffer.from(']}');
const pack = promisify(gzip);

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } });
const rows = await prepareRows(Number(values.rows));
const packed = new Map<string, Promise<Buffer>>();
let mode: Mode = plainMode;
let seen: { -readonly [Key in keyof Seen]: Seen[Key] } = { ...nothingSeen };
let limit = new RateLimit(0);
let atOnce = 0;
let chance = 1;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/bench/mode') setMode(url, response);
  else if (url.pathname === '/bench/seen') json(response, 200, seen);
  else if (url.pathname === '/api/data/v1/events') void page(request, url, response);
  else json(response, 404, { success: false });
});
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.stdin.resume().on('end', () => {
  server.close();
  server.closeAllConnections();
});

/** Sets the mode, and forgets what was seen. */
function setMode(url: URL, response: ServerResponse): void {
  mode = modeOf(url.searchParams);
  seen = { ...nothingSeen };
  limit = new RateLimit(mode.perMinute);
  chance = 1;
  json(response, 200, {});
}

/** Answers `sort=oldest` with any `created_at_gt`, `per_page` and `page`; what else may be asked is not. */
async function page(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  seen.requests++;
  seen.firstAt ||= performance.timeOrigin + performance.now();
  seen.mostAtOnce = Math.max(seen.mostAtOnce, ++atOnce);
  response.once('close', () => {
    atOnce--;
    seen.lastAt = performance.timeOrigin + performance.now();
  });
  const wait = limit.take(performance.now());
  if (wait !== null) {
    seen.refused++;
    response.writeHead(429, { 'Retry-After': String(wait), 'Content-Length': 0 }).end();
    return;
  }
  const [least, most] = mode.latencyMs;
  if (most > 0) await sleep(least + (most - least) * random());

  const { searchParams } = url;
  const perPage = Math.min(Number(searchParams.get('per_page') ?? MOST_PER_PAGE), MOST_PER_PAGE);
  const number = Number(searchParams.get('page') ?? '1');
  const after = searchParams.get('created_at_gt');
  const first = after === null ? 0 : countUpTo(rows, parseMicros(after) ?? 0);
  const end = Math.min(mode.visible, rows.created.length);
  const from = Math.min(first + (number - 1) * perPage, end);
  const to = Math.min(from + perPage, end);
  const parts = [head(request, url, number, to < end), sliceOf(rows, from, to), TAIL];
  seen.rows += to - from;
  await send(response, parts);
}

function head(request: IncomingMessage, url: URL, number: number, hasNext: boolean): Buffer {
  const link = (to: number): string => {
    const other = new URL(url);
    other.host = request.headers.host ?? other.host;
    other.searchParams.set('page', String(to));
    return other.href;
  };
  const pagination = {
    ...(hasNext ? { next_page_uri: link(number + 1) } : {}),
    ...(number > 1 ? { previous_page_uri: link(number - 1) } : {}),
  };
  return Buffer.from(`{"pagination":${JSON.stringify(pagination)},"events":[`);
}

async function send(response: ServerResponse, parts: readonly Buffer[]): Promise<void> {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  const wire = mode.gzip ? [await packedOf(parts)] : parts;
  if (mode.gzip) response.setHeader('Content-Encoding', 'gzip');
  const length = wire.reduce((sum, part) => sum + part.length, 0);
  seen.bytes += length;
  response.writeHead(200, { 'Content-Length': length });
  response.cork();
  for (const part of wire) response.write(part);
  response.end();
  response.uncork();
}

async function packedOf(parts: readonly Buffer[]): Promise<Buffer> {
  const [start = TAIL, middle = TAIL] = parts;
  const key = `${start.toString()} ${middle.byteOffset} ${middle.length}`;
  const known = packed.get(key) ?? pack(Buffer.concat(parts), { level: 6 });
  packed.set(key, known);
  return await known;
}

/** Mulberry32. */
function random(): number {
  chance = (chance + 0x6d2b79f5) | 0;
  let mixed = Math.imul(chance ^ (chance >>> 15), 1 | chance);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
