/** Buffers kept for reuse at most; more would be more pages than a run ever holds. */
const MAX_KEPT = 16;
const FIRST_BYTES = 256 * 1024;
/** What a server announces has to come before more than this is set aside for it. */
const MOST_AT_FIRST = 4 * 1024 * 1024;

/**
 * Buffers that bodies are read into, used again when their page is done. A body is a megabyte or two: left to the
 * garbage collector, which does not see them as urgent, dead ones add up to more than all live memory.
 */
export class BodyPool {
  private readonly free: Buffer[] = [];

  /** @param announced how long the body is said to be, in bytes; 0 where that is not known */
  take(announced: number): Buffer {
    const wanted = Math.min(MOST_AT_FIRST, announced);
    const free = this.free.pop();
    if (free !== undefined && free.length >= wanted) return free;
    // A little more: the next body, of as many rows, will be about as long.
    return Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, Math.ceil(1.1 * wanted)));
  }

  /** Takes a buffer back, with all the memory that it is a part of; nobody may read that any more. */
  give({ buffer }: Uint8Array): void {
    // Small ones are parts of memory that others use.
    if (buffer.byteLength >= FIRST_BYTES && this.free.length < MAX_KEPT) this.free.push(Buffer.from(buffer));
  }

  /** A buffer of at least twice the size, with the same content. */
  grow(buffer: Buffer, used: number, needed: number): Buffer {
    const larger = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, 2 * buffer.length, needed));
    buffer.copy(larger, 0, 0, used);
    return larger;
  }
}

/** Whether a body is all that its memory is used for, so that this can be used whole: small buffers share it. */
export function isAlone({ buffer, byteOffset }: Uint8Array): boolean {
  return byteOffset === 0 && buffer.byteLength > Buffer.poolSize;
}
