/** Records one behind another in memory that is used again. */
export class RecordBytes {
  private readonly places: number[] = [];
  private buffer: Buffer;
  private used = 0;

  /** @param buffer of any size: a larger one takes its place where it does not do */
  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  add(record: string, encoding: 'latin1' | 'utf8'): void {
    const most = encoding === 'latin1' ? record.length : 3 * record.length;
    if (this.used + most > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, this.used + most));
      this.buffer.copy(larger, 0, 0, this.used);
      this.buffer = larger;
    }
    this.places.push(this.used);
    this.used += this.buffer.write(record, this.used, encoding);
    this.places.push(this.used);
  }

  /** All records. Nothing may be added any more. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  /** Where each record stands, start and end in turn. */
  get offsets(): Int32Array {
    return Int32Array.from(this.places);
  }
}
