import type { ByteWriter } from './byte-writer.js';
import { hash, mix32, unmix32 } from './random.js';

/** What a UUID's last 96 bits are hashed for: one number for each third. */
const TAIL = [901, 902, 903] as const;
const DASH = 0x2d;
const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * The n-th UUID of a seed and purpose. Its first 32 bits are n, scrambled reversibly: so all are different, and
 * {@link numberOfUuid} finds n without a table of ids in memory.
 */
export function uuid(seed: number, purpose: number, n: number): string {
  const b = second(seed, purpose, n);
  const c = third(seed, purpose, n);
  const start = `${hex32(uuidOrder(seed, purpose, n))}-${hex16(b >>> 16)}-${hex16(b)}`;
  return `${start}-${hex16(c >>> 16)}-${hex16(c)}${hex32(fourth(seed, purpose, n))}`;
}

/** A number by which UUIDs of one seed and purpose sort as their texts do: their first 32 bits. */
export function uuidOrder(seed: number, purpose: number, n: number): number {
  return mix32((n ^ key(seed, purpose)) >>> 0);
}

/** Writes what {@link uuid} returns. */
export function writeUuid(out: ByteWriter, seed: number, purpose: number, n: number): undefined {
  const b = second(seed, purpose, n);
  const c = third(seed, purpose, n);
  out.hex(uuidOrder(seed, purpose, n), 8);
  out.byte(DASH);
  out.hex(b >>> 16, 4);
  out.byte(DASH);
  out.hex(b, 4);
  out.byte(DASH);
  out.hex(c >>> 16, 4);
  out.byte(DASH);
  out.hex(c, 4);
  out.hex(fourth(seed, purpose, n), 8);
}

/** Which n a UUID was made from; undefined where {@link uuid} made no such one. */
export function numberOfUuid(seed: number, purpose: number, id: string): number | undefined {
  if (!/^[0-9a-f]{8}-/.test(id)) return undefined;
  const n = (unmix32(Number.parseInt(id.slice(0, 8), 16)) ^ key(seed, purpose)) >>> 0;
  return uuid(seed, purpose, n) === id ? n : undefined;
}

/** With the version, 4. */
function second(seed: number, purpose: number, n: number): number {
  return ((hash(seed ^ purpose, TAIL[0], n) & 0xffff0fff) | 0x4000) >>> 0;
}

/** With the variant. */
function third(seed: number, purpose: number, n: number): number {
  return ((hash(seed ^ purpose, TAIL[1], n) & 0x3fffffff) | 0x80000000) >>> 0;
}

function fourth(seed: number, purpose: number, n: number): number {
  return hash(seed ^ purpose, TAIL[2], n);
}

function key(seed: number, purpose: number): number {
  return hash(seed, purpose, 900);
}

function hex16(bits: number): string {
  return (hexPairs[(bits >>> 8) & 0xff] ?? '') + (hexPairs[bits & 0xff] ?? '');
}

function hex32(bits: number): string {
  return hex16(bits >>> 16) + hex16(bits);
}
