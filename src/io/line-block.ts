/** Lines are handed to the output in blocks of about this size: large enough to be cheap, small enough to stop between. */
const BLOCK_BYTES = 128 * 1024;
const LINE_FEED = 0x0a;

/**
 * Gathers lines that are put together of bytes and text into blocks for the output, without making a string of each
 * line. Two buffers take turns: a block that was handed out stays as it is until the next one is handed out, and
 * {@link Output.write} takes none before it is done with the one before.
 */
export class LineBlock {
  private block = Buffer.allocUnsafe(2 * BLOCK_BYTES);
  private other = Buffer.allocUnsafe(2 * BLOCK_BYTES);
  private used = 0;

  /** Adds a line that has the bytes from `start` to `end` in its middle. */
  addBytes(before: Uint8Array, source: Buffer, start: number, end: number, after: Uint8Array): void {
    this.makeRoom(before.length + end - start + after.length + 1);
    const { block } = this;
    block.set(before, this.used);
    this.used += before.length;
    this.used += source.copy(block, this.used, start, end);
    block.set(after, this.used);
    this.used += after.length;
    block[this.used++] = LINE_FEED;
  }

  /** Adds a line of text. */
  addText(line: string): void {
    this.makeRoom(Buffer.byteLength(line) + 1);
    this.used += this.block.write(line, this.used);
    this.block[this.used++] = LINE_FEED;
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

  private makeRoom(bytes: number): void {
    if (this.used + bytes <= this.block.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.block.length, this.used + bytes));
    this.block.copy(larger, 0, 0, this.used);
    this.block = larger;
  }
}
