/// <reference lib="es2024.arraybuffer" />

/** A buffer that a long line has blown up beyond this is given back at once, not when memory is next collected. */
const KEPT_BYTES = 1024 * 1024;
const STEP_BYTES = 256 * 1024;

/**
 * The bytes of a line whose end has not come yet. They lie in memory that grows in place: pieces that are put together
 * in the end would take twice as much, and for a line of 50 MB that counts.
 */
export class PendingLine {
  private readonly memory: ArrayBuffer;
  private used = 0;

  /** @param most bytes that there is room for */
  constructor(most: number) {
    this.memory = new ArrayBuffer(0, { maxByteLength: most });
  }

  get size(): number {
    return this.used;
  }

  /** @returns false where there is no room */
  add(bytes: Uint8Array): boolean {
    const needed = this.used + bytes.length;
    if (needed > this.memory.maxByteLength) return false;
    if (needed > this.memory.byteLength) {
      this.memory.resize(Math.min(needed + STEP_BYTES, this.memory.maxByteLength));
    }
    new Uint8Array(this.memory, this.used, bytes.length).set(bytes);
    this.used = needed;
    return true;
  }

  /** The bytes so far; they stay as they are until something is added or cleared. */
  bytes(): Buffer {
    return Buffer.from(this.memory, 0, this.used);
  }

  clear(): void {
    this.used = 0;
    if (this.memory.byteLength > KEPT_BYTES) this.memory.resize(0);
  }
}
