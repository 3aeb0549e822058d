import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { sleep } from '../base/sleep.js';
import { gzipBytes, lengthOf, plainBytes } from './body.js';
import type { Delivery } from './delivery.js';
import type { Reply } from './reply.js';

/** So that what was sent before a reset is read before the reset throws it away. */
const BEFORE_RESET_MS = 30;
const PADDING_BLOCK = 65_536;

/**
 * Sends an answer the way that the delivery says.
 *
 * @param acceptsGzip whether the client does, and the server is willing
 * @returns the bytes of body that were written
 * @throws the signal's reason when the sandbox closes in the middle
 */
export async function send(
  response: ServerResponse,
  reply: Reply,
  delivery: Delivery,
  acceptsGzip: boolean,
  signal: AbortSignal,
): Promise<number> {
  if (delivery.delayMs > 0) await sleep(delivery.delayMs, signal);
  if (delivery.instead === 'reset') response.socket?.resetAndDestroy();
  if (delivery.instead === 'stall') await closed(response, signal);
  if (delivery.instead !== 'nothing' || response.destroyed) return 0;

  const packed = delivery.gzip === 'always' || (delivery.gzip === 'accepted' && acceptsGzip);
  const parts = packed ? await gzipBytes(reply.body) : plainBytes(reply.body);
  const whole = lengthOf(parts);
  const sent = Math.min(whole, Math.floor(whole * delivery.share));
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  if (packed || delivery.gzip === 'claimed') response.setHeader('Content-Encoding', 'gzip');
  if (delivery.length !== 'none') response.setHeader('Content-Length', delivery.length === 'sent' ? sent : whole);
  response.writeHead(reply.status);

  if (sent === whole && delivery.pieces <= 1 && delivery.padding === 0 && delivery.ending === 'end') {
    response.cork();
    for (const part of parts) response.write(part);
    response.end();
    response.uncork();
    return whole;
  }
  await sendPieces(response, Buffer.concat(parts).subarray(0, sent), delivery, signal);
  await pad(response, delivery.padding);
  await finish(response, delivery.ending, signal);
  return sent;
}

async function sendPieces(
  response: ServerResponse,
  bytes: Buffer,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<void> {
  response.flushHeaders();
  const size = Math.max(1, Math.ceil(bytes.length / Math.max(1, delivery.pieces)));
  for (let from = 0; from < bytes.length && !response.destroyed; from += size) {
    if (delivery.pauseMs > 0) await sleep(delivery.pauseMs, signal);
    await write(response, bytes.subarray(from, from + size));
  }
}

async function pad(response: ServerResponse, bytes: number): Promise<void> {
  const block = Buffer.alloc(PADDING_BLOCK, ' ');
  for (let left = bytes; left > 0 && !response.destroyed; left -= PADDING_BLOCK) {
    await write(response, block.subarray(0, Math.min(left, PADDING_BLOCK)));
  }
}

async function finish(response: ServerResponse, ending: Delivery['ending'], signal: AbortSignal): Promise<void> {
  if (ending === 'end') response.end();
  else if (ending === 'close') response.socket?.destroySoon();
  else if (ending === 'stall') await closed(response, signal);
  else {
    await sleep(BEFORE_RESET_MS, signal);
    response.socket?.resetAndDestroy();
  }
}

/** Until the bytes are with the operating system, or the client is gone. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    response.write(bytes, done);
  });
}

async function closed(response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (!response.destroyed) await once(response, 'close', { signal });
}
