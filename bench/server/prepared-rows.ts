import { startSandbox } from '../../src/sandbox/index.js';

/** Rows whose JSON is ready: any stretch of them, commas included, is one slice of the buffer, copied nowhere. */
export interface PreparedRows {
  readonly bytes: Buffer;
  /** Where each row begins in `bytes`, and after the last one where the next would; a comma stands behind each. */
  readonly starts: Float64Array;
  /** Microseconds since 1970 of each row, ascending. */
  readonly created: Float64Array;
}

/** The sandbox's events, oldest first: every event name, its payload objects, equal timestamps now and then. */
export async function prepareRows(count: number): Promise<PreparedRows> {
  const sandbox = await startSandbox({ events: count, visits: 0, seed: 8 });
  const chunks: Buffer[] = [];
  const starts = new Float64Array(count + 1);
  const created = new Float64Array(count);
  let length = 0;
  let index = 0;
  for (const row of sandbox.rows('events')) {
    const text = Buffer.from(`${row.text},`);
    starts[index] = length;
    created[index++] = row.createdMicros;
    length += text.length;
    chunks.push(text);
  }
  starts[index] = length;
  await sandbox.close();
  return { bytes: Buffer.concat(chunks, length), starts, created };
}

/** The bytes of the rows from one place to another (excluded), with commas between them and none at the end. */
export function sliceOf({ bytes, starts }: PreparedRows, from: number, to: number): Buffer {
  return from >= to ? Buffer.alloc(0) : bytes.subarray(starts[from], (starts[to] ?? 0) - 1);
}

/** How many rows were created at this instant or before. */
export function countUpTo({ created }: PreparedRows, at: number): number {
  let low = 0;
  let high = created.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((created[middle] ?? Infinity) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
