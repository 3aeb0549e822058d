import type { Endpoint } from './endpoint.js';
import type { Page } from './page.js';
import { PageReader } from './page-reader.js';

/** Reads the bodies of answers: where, and in which order, is its own affair. */
export interface PageDecoder {
  /**
   * Errors are those of {@link PageReader.read}, and DecoderLostError.
   *
   * @param body nobody else may use it afterwards
   */
  decode(body: Buffer, endpoint: Endpoint): Promise<Page>;
  /** Lets go of what it holds. */
  close(): void;
}

/** A page was lost on the way, by no fault of its own: it can be asked for again. */
export class DecoderLostError extends Error {}

/** Reads each page at once, where it is called. */
export class DirectDecoder implements PageDecoder {
  private readonly reader = new PageReader();

  decode(body: Buffer, { view }: Endpoint): Promise<Page> {
    return new Promise((resolve) => resolve(this.reader.read(body, view)));
  }

  close(): void {
    // Nothing is held but memory.
  }
}
