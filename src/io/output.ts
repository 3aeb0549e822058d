import type { Writable } from 'node:stream';
import { ConnectorError } from '../base/errors.js';

/** Whoever read our output has gone; there is nobody to tell but stderr. */
export class OutputClosedError extends ConnectorError {
  readonly nextStep = 'report';
}

/**
 * The one writer of stdout: protocol lines only, in order, and no faster than the reader takes them. It lets one write
 * be under way while the next is made; the one after that waits.
 */
export class Output {
  private readonly stream: Writable;
  /** The write before, until the reader has taken it. */
  private taken: Promise<void> = Promise.resolve();
  private failure: Error | null = null;

  constructor(stream: Writable) {
    this.stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const gone = error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED' || error.code === 'ECONNRESET';
      const message = gone
        ? 'The reader of the output has gone (broken pipe): nothing more can be written'
        : `The output cannot be written: ${error.message}`;
      this.failure = new OutputClosedError(message, { cause: error });
    });
  }

  /**
   * Writes whole lines. Bytes that are handed over must stay as they are until the next write resolves.
   *
   * @throws OutputClosedError where the reader has gone
   */
  async write(lines: string | Uint8Array): Promise<void> {
    await this.taken;
    this.throwIfClosed();
    this.taken = new Promise((resolve) => {
      this.stream.write(lines, () => resolve());
    });
  }

  /**
   * Resolves when everything was taken by the reader.
   *
   * @throws OutputClosedError where it has gone
   */
  async flush(): Promise<void> {
    await this.taken;
    this.throwIfClosed();
  }

  private throwIfClosed(): void {
    if (this.failure !== null) throw this.failure;
  }
}
