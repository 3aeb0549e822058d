/** Lines are handed to the output in blocks of about this size: large enough to be cheap, small enough to stop between. */
const BLOCK_BYTES = 64 * 1024;

/**
 * Gathers lines that are put together of bytes and text into blocks for the output, without making a string of each
 * line. Two buffers take turns: a block that was handed out stays as it is until the next one is handed out, and
 * {@link Output.write} takes none before it is done with the one before.
 */
export class LineBlock {
  private block = Buffer.allocUnsafe(2 * BLOCK_BYTES);
  private other = Buffer.allocUnsafe(2 * BLOCK_BYTES);
  private used = 0;

  /** Adds one line, given in parts; the line feed is added. */
  add(before: Uint8Array, middle: Uint8Array | string, after: Uint8Array): void {
    const middleBytes = typeof middle === 'string' ? Buffer.from(middle) : middle;
    const needed = before.length + middleBytes.length + after.length + 1;
    if (this.used + needed > this.block.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.block.length, this.used + needed));
      this.block.copy(larger, 0, 0, this.used);
      this.block = larger;
    }
    this.put(before);
    this.put(middleBytes);
    this.put(after);
    this.block[this.used++] = 0x0a;
  }

  get isFull(): boolean {
    return this.used >= BLOCK_BYTES;
  }

  /** Hands out what was gathered and begins anew. */
  take(): Uint8Array {
    const taken = this.block.subarray(0, this.used);
    [this.block, this.other] = [this.other, this.block];
    this.used = 0;
    return taken;
  }

  private put(bytes: Uint8Array): void {
    this.block.set(bytes, this.used);
    this.used += bytes.length;
  }
}
