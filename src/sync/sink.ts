import type { JsonObject } from '../base/json.js';
import type { Page } from '../circle/page.js';
import type { StreamState } from './cursor.js';
import type { Shape } from './shape.js';
import type { StreamDefinition } from './streams.js';

/** A stream of this run: what it is, and how its records shall leave. */
export interface SelectedStream {
  readonly definition: StreamDefinition;
  readonly method: 'INCREMENTAL' | 'FULL_TABLE';
  /** What the API's rows shall look like; `shape.schema` tells of the records that are made of them. */
  readonly rowSchema: JsonObject;
  readonly shape: Shape;
}

/** The rows of one page that are to be sent, in order. */
export interface Batch {
  readonly page: Page;
  /** Their places in the page. */
  readonly indexes: readonly number[];
}

/**
 * A protocol, as the engine sees it: it is told what happens, stream after stream, and writes it down. A page's rows and
 * the state that covers them come together, so that they leave in one write.
 */
export interface Sink {
  started(stream: SelectedStream): Promise<void>;
  /** @param state covers all rows up to these and these; it is to be written after them. null: none is to be written */
  rows(stream: SelectedStream, batch: Batch, state: StreamState | null): Promise<void>;
  finished(stream: SelectedStream, state: StreamState): Promise<void>;
  failed(stream: SelectedStream, error: unknown): Promise<void>;
}

/** The run was told to stop (a signal); what was written so far is whole. */
export class StoppedError extends Error {}
