import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  answerBytes,
  drip,
  flood,
  honest,
  idOf,
  pageText,
  rowText,
  type AnswerOptions,
} from '../support/hostile-answers.js';
import { idsIn, showsToken, syncFrom } from '../support/hostile-run.js';
import { closeHostileServers, HostileServer } from '../support/hostile-server.js';

/** Answers that are no HTTP, or HTTP that nobody should send: what comes of each, once and for ever. */

afterAll(closeHostileServers);

const rows = [rowText(1), rowText(2)];
const ids = [idOf(1), idOf(2)];
const page = pageText(...rows);
const pageSize = page.length.toString(16);
const zipped = gzipSync(page);
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const forEver = 2 ** 40;

type Answer = (socket: Socket) => void;
const answer =
  (body: string | Buffer, options?: AnswerOptions): Answer =>
  (socket) =>
    void socket.write(answerBytes(body, options));
const bytes =
  (...parts: readonly (string | Buffer)[]): Answer =>
  (socket) =>
    void socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
const bytesAndEnd =
  (...parts: readonly (string | Buffer)[]): Answer =>
  (socket) =>
    void socket.end(Buffer.concat(parts.map((part) => Buffer.from(part))));
const floodAfter =
  (start: string, piece: string): Answer =>
  (socket) => {
    socket.write(start);
    flood(socket, Buffer.from(piece), forEver);
  };
const encoded = (encoding: string, body: string | Buffer): Answer =>
  answer(body, { headers: { 'Content-Encoding': encoding } });
const damaged = (): Buffer => Buffer.from(zipped.map((byte, at) => (at === 30 || at === 40 ? byte ^ 0xff : byte)));

describe('odd, but an answer: the rows come through', () => {
  test.concurrent.each<[string, Answer]>([
    ['HTTP/1.0 without a length, ended by closing', bytesAndEnd('HTTP/1.0 200 OK\r\n\r\n', page)],
    [
      '100 and 103 before the answer',
      bytes('HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: </>\r\n\r\n', answerBytes(page)),
    ],
    ['a second answer right behind the first', bytes(answerBytes(page), answerBytes(pageText(rowText(66))))],
    ['gzip in two members', encoded('gzip', Buffer.concat([gzipSync(page.slice(0, 50)), gzipSync(page.slice(50))]))],
    ['an unknown Content-Encoding that is none', encoded('rot13', page)],
    [
      '1,900 headers in 16 kB',
      answer(page, { headers: Object.fromEntries(Array.from({ length: 1900 }, (_, n) => [`a${n}`, ''])) }),
    ],
    ['a byte order mark', answer(`\uFEFF${page}`)],
  ])('%s', async (_what, reply) => {
    const server = await HostileServer.start(reply);
    const outcome = await syncFrom(server.url);
    expect([outcome.code, outcome.errors, idsIn(outcome)]).toEqual([0, [], ids]);
    expect(server.heads.length).toBe(1);
  });

  test.concurrent('an answer before the question', async () => {
    const server = await HostileServer.start(() => undefined, { onConnect: answer(page) });
    const outcome = await syncFrom(server.url);
    expect([outcome.code, outcome.errors, idsIn(outcome)]).toEqual([0, [], ids]);
  });
});

describe('no answer: asked for again, then one line that says what was wrong', () => {
  test.concurrent.each<[string, RegExp, Answer]>([
    ['a body alone, without HTTP', /Parse Error: Expected HTTP/, bytesAndEnd(page)],
    ['HTTP/1.0 whose body is cut', /not JSON or is cut/, bytesAndEnd('HTTP/1.0 200 OK\r\n\r\n', page.slice(0, -9))],
    [
      '101, to another protocol',
      /nothing came for 1 seconds while waiting for the answer/,
      bytes('HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', page),
    ],
    [
      '100 Continue without end',
      /nothing came for 1 seconds while waiting for the answer/,
      floodAfter('', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50)),
    ],
    [
      'headers, a byte every 200 ms',
      /nothing came for 1 seconds while waiting for the answer/,
      (socket) => drip(socket, answerBytes(page).toString(), 200),
    ],
    [
      'a body, a byte every 200 ms',
      /waiting for the body|the body was not whole after 2 seconds/,
      (socket) => {
        socket.write(answerBytes('', { contentLength: page.length }));
        drip(socket, page, 200);
      },
    ],
    ['NUL in a header', /Parse Error: Invalid header value/, answer(page, { headers: { 'X-A': 'a\0b' } })],
    [
      'a Content-Length that is too large',
      /aborted/,
      bytesAndEnd(answerBytes(page, { contentLength: page.length + 50 })),
    ],
    ['a Content-Length that is too small', /not JSON or is cut/, answer(page, { contentLength: page.length - 50 })],
    ['a Content-Length of -1', /Parse Error: Invalid character in Content-Length/, answer(page, { contentLength: -1 })],
    [
      'a Content-Length of 100 GB',
      /waiting for the body|the body was not whole/,
      answer(page, { contentLength: 1e11 }),
    ],
    [
      'both Content-Length and chunks',
      /Parse Error: Content-Length can't be present/,
      bytes(chunked.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n'), page),
    ],
    ['a chunk whose size is none', /aborted/, bytes(chunked, 'zz\r\n', page)],
    ['a chunk extension without end', /aborted/, floodAfter(`${chunked}5;a=`, 'x'.repeat(1000))],
    [
      'trailers without end',
      /aborted/,
      floodAfter(`${chunked}${pageSize}\r\n${page}\r\n0\r\n`, 'X-A: b\r\n'.repeat(100)),
    ],
    ['a gzip that is cut', /not JSON or is cut/, encoded('gzip', zipped.subarray(0, -12))],
    ['a gzip that is damaged', /No answer from .*invalid|incorrect/, encoded('gzip', damaged())],
    [
      'a gzip with something behind it',
      /incorrect header check/,
      encoded('gzip', Buffer.concat([zipped, Buffer.from('rest')])),
    ],
    ['a gzip in a gzip', /not JSON or is cut/, encoded('gzip, gzip', gzipSync(zipped))],
    ['a NUL byte in a text', /not JSON or is cut/, answer(pageText(rowText(1, '{"a":"x\0y"}')))],
    ['status 999', /not available/, answer('{}', { status: 999 })],
  ])('%s', async (_what, says, reply) => {
    const always = await HostileServer.start(reply);
    const failed = await syncFrom(always.url);
    expect([failed.code, failed.signal, failed.records, failed.errors]).toEqual([
      1,
      null,
      [],
      [expect.stringMatching(says)],
    ]);
    expect(failed.stderr).not.toMatch(/^\s+at |Unexpected error/m);
    expect(showsToken(failed)).toBe(false);

    const once = await HostileServer.start((socket, { number }) =>
      number === 1 ? reply(socket) : honest(socket, ...rows),
    );
    const recovered = await syncFrom(once.url, { face: 'airbyte', settings: { max_retry_seconds: 20 } });
    expect([recovered.code, recovered.errors, idsIn(recovered)]).toEqual([0, [], ids]);
    expect(recovered.stdout).toMatch(/"WARN","message":"events: Trying again in/);
    expect(showsToken(recovered)).toBe(false);
  });
});

describe('an answer that another attempt would not change: one line at once', () => {
  test.concurrent.each<[string, RegExp, Answer]>([
    ['a header of 100 kB', /Header overflow/, answer(page, { headers: { 'X-A': 'a'.repeat(100_000) } })],
    ['headers without end', /Header overflow/, floodAfter('HTTP/1.1 200 OK\r\n', 'X-A: b\r\n'.repeat(1000))],
    ['204', /unexpected way.*status 204/, bytes('HTTP/1.1 204 No Content\r\n\r\n')],
    ['204 with a body', /unexpected way.*status 204/, answer(page, { status: 204 })],
    ['206', /unexpected way.*status 206/, answer(page, { status: 206 })],
    ['304', /unexpected way.*status 304/, bytes('HTTP/1.1 304 Not Modified\r\n\r\n')],
    ['status 099', /unexpected way.*status 99/, bytes('HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n')],
  ])('%s', async (_what, says, reply) => {
    const server = await HostileServer.start(reply);
    const outcome = await syncFrom(server.url, { settings: { max_retry_seconds: 900 } });
    expect([outcome.code, outcome.records, outcome.errors]).toEqual([1, [], [expect.stringMatching(says)]]);
    expect(server.heads.length).toBe(1);
    const airbyte = await syncFrom(server.url, { face: 'airbyte', settings: { max_retry_seconds: 900 } });
    expect([airbyte.code, airbyte.records, airbyte.errors.length, airbyte.stderr]).toEqual([1, [], 1, '']);
    expect(server.heads.length).toBe(2);
    expect(showsToken(outcome) || showsToken(airbyte)).toBe(false);
  });

  test('a message that would steer a terminal is shown without what steers', async () => {
    const message = '\u001b[31mred\u001b]0;title\u0007\u009b2J\u202eback\r\nCRITICAL forged';
    const server = await HostileServer.start((socket) => {
      socket.write(
        answerBytes(JSON.stringify({ message }), { status: 403, headers: { 'X-Request-Id': 'a\u009b2Jb' } }),
      );
    });
    const { code, errors } = await syncFrom(server.url);
    expect([code, errors.length]).toEqual([1, 1]);
    expect(errors[0]).toMatch(/red.*title.*back CRITICAL forged/);
    expect(errors[0]).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

test('a body that keeps coming, but never ends: max_retry_seconds ends it', async () => {
  // Enough of it each second to count as progress.
  const server = await HostileServer.start((socket) => {
    socket.write(answerBytes('', { contentLength: 10_000_000 }));
    const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(' '.repeat(1100))), 200);
  });
  const outcome = await syncFrom(server.url, { settings: { request_timeout_seconds: 1, max_retry_seconds: 3 } });
  expect([outcome.code, outcome.errors]).toEqual([
    1,
    [expect.stringMatching(/the body was not whole after 3 seconds/)],
  ]);
  expect(server.heads.length).toBe(1);
});

test('a forged answer behind the first is not taken for that of the next request', async () => {
  const pagination = '{"next_page_uri":"/api/data/v1/events?page=2"}';
  const first = answerBytes(`{"success":true,"events":[${rows.join(',')}],"pagination":${pagination}}`);
  const server = await HostileServer.start((socket, { number }) => {
    if (number === 1) socket.write(Buffer.concat([first, answerBytes(pageText(rowText(66)))]));
    else honest(socket, rowText(2), rowText(3));
  });
  const outcome = await syncFrom(server.url, { settings: { page_size: 2, max_retry_seconds: 20 } });
  expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1), idOf(2), idOf(3)]]);
});
