/**
 * Scrambles 32 bits so that near numbers land far apart. A bijection: see {@link unmix32}. Integer arithmetic alone, so
 * that every machine gets the same.
 */
export function mix32(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The number that {@link mix32} scrambled. */
export function unmix32(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x43021123);
  x ^= (x >>> 15) ^ (x >>> 30);
  x = Math.imul(x, 0x1d69e2a5);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * 32 random-looking bits for the n-th thing of a purpose: there is no state, so any row can be made without the rows
 * before it.
 */
export function hash(seed: number, purpose: number, n: number): number {
  return mix32(mix32(mix32(seed) ^ Math.imul(purpose, 0x9e3779b1)) ^ n);
}

/** The bits as a number from 0 to 1, 1 excluded. */
export function unit(bits: number): number {
  return bits / 4_294_967_296;
}

/** The bits as a whole number below `count`. */
export function below(bits: number, count: number): number {
  return Math.floor(unit(bits) * count);
}

/** 32 bits of a text, to use it as a seed. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}
