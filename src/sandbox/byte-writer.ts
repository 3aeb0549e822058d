const FIRST_SIZE = 2 ** 20;
/** Most bytes of UTF-8 that one unit of a JavaScript text takes. */
const BYTES_PER_UNIT = 3;
const ZERO = 0x30;
const COMMA = 0x2c;
const MOST_QUICK = 2 ** 31;
const hexDigits = Buffer.from('0123456789abcdef');

/**
 * Builds UTF-8 in a buffer that is used again and again. Rows are written straight into it: making texts first and
 * encoding them would take several times as long, most of it in the garbage collector.
 */
export class ByteWriter {
  private buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  private used = 0;

  /** Bytes that are there already. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Any text. */
  text(text: string): void {
    this.reserve(text.length * BYTES_PER_UNIT);
    this.used += this.buffer.write(text, this.used);
  }

  /** A whole number in decimal digits, with zeros before it up to so many. */
  int(value: number, least = 1): void {
    if (value < 0 || value >= MOST_QUICK || !Number.isInteger(value)) {
      this.text(String(value));
      return;
    }
    let width = 1;
    for (let rest = value; rest > 9; rest = (rest / 10) | 0) width++;
    if (width < least) width = least;
    this.reserve(width);
    let rest = value;
    for (let place = this.used + width - 1; place >= this.used; place--) {
      const next = (rest / 10) | 0;
      this.buffer[place] = ZERO + rest - next * 10;
      rest = next;
    }
    this.used += width;
  }

  /** The lowest so many hexadecimal digits of 32 bits. */
  hex(bits: number, digits: number): void {
    this.reserve(digits);
    for (let shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
      this.buffer[this.used++] = hexDigits[(bits >>> shift) & 0xf] ?? ZERO;
    }
  }

  /** One ASCII character by its code. */
  byte(code: number): void {
    this.reserve(1);
    this.buffer[this.used++] = code;
  }

  /** Several things with commas between them. */
  list<Item>(items: readonly Item[], write: (item: Item) => void): void {
    for (const [index, item] of items.entries()) {
      if (index > 0) this.byte(COMMA);
      write(item);
    }
  }

  /** Hands out a copy of what was written, and begins anew. */
  take(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(0, this.used));
    this.used = 0;
    return bytes;
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.used + more));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}
