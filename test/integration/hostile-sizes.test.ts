import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { answerBytes, flood, idOf, pageText, rowText } from '../support/hostile-answers.js';
import { faces, syncFrom } from '../support/hostile-run.js';
import { closeHostileServers, HostileServer } from '../support/hostile-server.js';

/** Bodies that do not fit: an error, and memory that stays bounded. A body may have 64 MiB, after decompression. */

const MIB = 1024 * 1024;
const spaces = Buffer.alloc(MIB, 0x20);
/** Under the size of each of these bodies, so that it shows that none was held whole. */
const MOST_MEGABYTES = 250;
const settings = { request_timeout_seconds: 20, max_retry_seconds: 20 };
const tooLarge = /^CRITICAL events: The API sent a page that is too large.*Set a smaller page_size/;

afterAll(closeHostileServers);

/** White space of a size that compresses to next to nothing. */
const inflated = Buffer.alloc(320 * MIB, 0x20);
const gzipBomb = (): Buffer => gzipSync(inflated, { level: 1 });
const brotliBomb = (): Buffer => brotliCompressSync(inflated, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

describe('too large: one line at once, not held in memory', () => {
  test('320 MiB with a Content-Length', async () => {
    const server = await HostileServer.start((socket) => {
      socket.write(answerBytes('{"events":[', { contentLength: 320 * MIB }));
      flood(socket, spaces, 320 * MIB);
    });
    const outcome = await syncFrom(server.url, { settings, measured: true });
    expect([outcome.code, outcome.errors, server.heads.length]).toEqual([1, [expect.stringMatching(tooLarge)], 1]);
    expectBounded(outcome.peakMegabytes);
  });

  test('chunks without end', async () => {
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), spaces, Buffer.from('\r\n')]);
    const server = await HostileServer.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      flood(socket, chunk, 2 ** 40);
    });
    const outcome = await syncFrom(server.url, { settings, measured: true });
    expect([outcome.code, outcome.errors, server.heads.length]).toEqual([1, [expect.stringMatching(tooLarge)], 1]);
    expectBounded(outcome.peakMegabytes);
  });

  test.each([
    ['gzip', gzipBomb],
    ['br', brotliBomb],
  ])('a bomb: 320 MiB in a small %s', async (encoding, bomb) => {
    const body = bomb();
    expect(body.length).toBeLessThan(2 * MIB);
    const server = await HostileServer.start(
      (socket) => void socket.write(answerBytes(body, { headers: { 'Content-Encoding': encoding } })),
    );
    const outcome = await syncFrom(server.url, { settings, measured: true });
    expect([outcome.code, outcome.errors, server.heads.length]).toEqual([1, [expect.stringMatching(tooLarge)], 1]);
    expectBounded(outcome.peakMegabytes);
  });
});

test('an error page without end: its first 64 kB are read for what it says', async () => {
  const server = await HostileServer.start((socket) => {
    socket.write(answerBytes('<html><title>Out of order</title>', { status: 403, contentLength: 320 * MIB }));
    flood(socket, spaces, 320 * MIB);
  });
  const outcome = await syncFrom(server.url, { settings, measured: true });
  expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(/may not read events: "Out of order"/)]]);
  expectBounded(outcome.peakMegabytes);
});

test('gzip members without end and without content: max_retry_seconds ends it', async () => {
  const members = Buffer.concat(Array.from({ length: 500 }, () => gzipSync('')));
  const server = await HostileServer.start((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n');
    flood(socket, members, 2 ** 40);
  });
  const outcome = await syncFrom(server.url, { measured: true });
  const says = /waiting for the body|the body was not whole/;
  expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(says)]]);
  expectBounded(outcome.peakMegabytes);
});

test.each(faces)('a row of 50 MiB comes through whole, %s', async (face) => {
  const row = rowText(1, `{"text":"${'0123456789abcdef'.repeat((50 * MIB) / 16)}"}`);
  const server = await HostileServer.start((socket) => void socket.write(answerBytes(pageText(row, rowText(2)))));
  const outcome = await syncFrom(server.url, { face, settings, measured: true });
  expect([outcome.code, outcome.errors, outcome.records.length]).toEqual([0, [], 2]);
  // Not with toBe: on a failure it would print both.
  expect(outcome.records[0] === row).toBe(true);
  expect(outcome.records[1]).toContain(idOf(2));
  // Eleven times the row; several such rows at once would need as much each.
  expect(outcome.peakMegabytes).toBeLessThan(550);
});

function expectBounded(megabytes: number): void {
  // The first shows that it was measured.
  expect(megabytes).toBeGreaterThan(30);
  expect(megabytes).toBeLessThan(MOST_MEGABYTES);
}
