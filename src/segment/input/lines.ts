import { isUtf8 } from 'node:buffer';
import { addAbortSignal, type Readable } from 'node:stream';
import { InputError } from './errors.js';
import { PendingLine } from './pending-line.js';

/** One line of the input, without its line feed. */
export interface InputLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** False for a last line without a line feed: the tap may have been cut off in it. */
  readonly isWhole: boolean;
}

/** Longer lines are an error, so that no input can take all memory. */
const LONGEST_LINE_BYTES = 100 * 1024 * 1024;

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads lines no faster than they are taken. Ends early, and quietly, when the signal is aborted; what was not read
 * then stays unread.
 *
 * @throws InputError for a line that is too long or is no UTF-8
 */
export async function* readLines(
  input: Readable,
  signal: AbortSignal,
  longest = LONGEST_LINE_BYTES,
): AsyncGenerator<InputLine, void> {
  let number = 1;
  const pending = new PendingLine(longest);
  const append = (bytes: Buffer): void => {
    if (!pending.add(bytes)) throw new InputError(number, `is longer than ${longest / 1024 / 1024} MB`);
  };
  const takePending = (): string => {
    const text = decode(pending.bytes(), number);
    pending.clear();
    return text;
  };
  try {
    for await (const chunk of addAbortSignal(signal, input)) {
      let rest = bytesOf(chunk);
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
        const line = rest.subarray(0, end);
        rest = rest.subarray(end + 1);
        if (pending.size > 0) append(line);
        yield { number, text: pending.size > 0 ? takePending() : decode(line, number), isWhole: true };
        if (signal.aborted) return;
        number++;
      }
      append(rest);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  if (pending.size > 0) yield { number, text: takePending(), isWhole: false };
}

function bytesOf(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('The input is no stream of bytes');
}

function decode(bytes: Buffer, number: number): string {
  if (!isUtf8(bytes)) throw new InputError(number, 'is not UTF-8');
  const text = bytes.toString('utf8');
  return number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
