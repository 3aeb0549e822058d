import { BACKSLASH, FIRST_WIDE } from './json-bytes.js';
import type { TextColumn } from './text-column.js';

/** The UUIDs of a page of 2,000 rows, and a little more. */
const FIRST_BYTES = 80 * 1024;
const LINE_FEED = 0x0a;

/** A column of texts (see `text-column`), taken from bytes: making thousands of strings of them first takes longer. */
export class ColumnBytes {
  count = 0;
  private bytes = Buffer.allocUnsafe(FIRST_BYTES);
  private used = 0;
  /** Where the last text begins, and the one before it. */
  private last = 0;
  private previous = 0;

  /**
   * Adds the text of a JSON string.
   *
   * @param start behind its quote
   * @returns false, and nothing is added, where it has escapes or letters outside ASCII
   */
  add(body: Uint8Array, start: number, end: number): boolean {
    this.makeRoom(end - start);
    const { bytes } = this;
    let to = this.used;
    for (let at = start; at < end; at++) {
      const byte = body[at] ?? 0;
      if (byte >= FIRST_WIDE || byte === BACKSLASH) return false;
      bytes[to++] = byte;
    }
    this.added(to);
    return true;
  }

  /** @param text of ASCII alone, and without line feeds */
  addText(text: string): void {
    this.makeRoom(text.length);
    this.added(this.used + this.bytes.write(text, this.used, 'latin1'));
  }

  /** Whether the last text comes before the one before it, by its bytes. */
  get fell(): boolean {
    const { bytes, last, previous } = this;
    let place = 0;
    // Each ends with a line feed, which comes before all that they hold.
    while (last + place < this.used - 1 && bytes[last + place] === bytes[previous + place]) place++;
    return (bytes[last + place] ?? 0) < (bytes[previous + place] ?? 0);
  }

  get column(): TextColumn {
    return this.count === 0 ? [] : this.bytes.toString('latin1', 0, this.used - 1);
  }

  private added(to: number): void {
    this.bytes[to] = LINE_FEED;
    this.previous = this.last;
    this.last = this.used;
    this.used = to + 1;
    this.count++;
  }

  private makeRoom(length: number): void {
    if (this.used + length < this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * this.bytes.length + length);
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}
