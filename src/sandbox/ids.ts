import { hash, mix32, unmix32 } from './random.js';

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** What a UUID's last 96 bits are hashed for: one number for each third. */
const TAIL = [901, 902, 903] as const;

/**
 * The n-th UUID of a seed and purpose. Its first 32 bits are n, scrambled reversibly: so all are different, and
 * {@link numberOfUuid} finds n without a table of ids in memory.
 */
export function uuid(seed: number, purpose: number, n: number): string {
  const a = mix32((n ^ key(seed, purpose)) >>> 0);
  const b = hash(seed ^ purpose, TAIL[0], n);
  const c = hash(seed ^ purpose, TAIL[1], n);
  const d = hash(seed ^ purpose, TAIL[2], n);
  const version = (b & 0x0fff) | 0x4000;
  const variant = (c >>> 18) | 0x8000;
  return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(version)}-${hex16(variant)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`;
}

/** Which n a UUID was made from; undefined where {@link uuid} made no such one. */
export function numberOfUuid(seed: number, purpose: number, id: string): number | undefined {
  if (!/^[0-9a-f]{8}-/.test(id)) return undefined;
  const n = (unmix32(Number.parseInt(id.slice(0, 8), 16)) ^ key(seed, purpose)) >>> 0;
  return uuid(seed, purpose, n) === id ? n : undefined;
}

function key(seed: number, purpose: number): number {
  return hash(seed, purpose, 900);
}

function hex16(bits: number): string {
  return (hexPairs[(bits >>> 8) & 0xff] ?? '') + (hexPairs[bits & 0xff] ?? '');
}
