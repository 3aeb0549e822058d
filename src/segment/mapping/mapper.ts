import type { JsonObject } from '../../base/json.js';
import type { Call } from './calls.js';

/** A row as it comes out of the pipe. */
export interface Row {
  readonly record: JsonObject;
  /** When the tap read it (RFC 3339), where it says so. */
  readonly timeExtracted: string | null;
}

/** Makes calls of the rows of one stream. */
export interface Mapper {
  /**
   * @returns the calls in the order in which they are to be made; none where the row is to be left out
   * @throws UnmappableError where no call can be made of it
   */
  calls(row: Row): readonly Call[];
}
