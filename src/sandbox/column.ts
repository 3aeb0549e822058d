/** A growing column of numbers in a typed array: eight bytes a row, or four, or one, and no object. */
export class Column {
  private values: Float64Array | Uint32Array | Uint8Array;
  private count = 0;

  constructor(kind: 'float64' | 'uint32' | 'uint8', capacity: number) {
    const size = Math.max(16, capacity);
    if (kind === 'float64') this.values = new Float64Array(size);
    else this.values = kind === 'uint32' ? new Uint32Array(size) : new Uint8Array(size);
  }

  get length(): number {
    return this.count;
  }

  /** The number at an index; 0 outside. */
  at(index: number): number {
    return this.values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  push(value: number): void {
    if (this.count === this.values.length) this.grow();
    this.values[this.count++] = value;
  }

  private grow(): void {
    const size = this.values.length * 2;
    const old = this.values;
    if (old instanceof Float64Array) this.values = new Float64Array(size);
    else this.values = old instanceof Uint32Array ? new Uint32Array(size) : new Uint8Array(size);
    this.values.set(old);
  }
}
