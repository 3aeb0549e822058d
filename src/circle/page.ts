import type { JsonObject } from '../base/json.js';
import type { RowGuide } from './row-guide.js';
import type { Sighting } from './sighting.js';
import type { TextColumn } from './text-column.js';

/** What the reader of a page wants to be done with each row while it is at hand. */
export interface RowView {
  /** Says what is wrong with a row, or null; null checks nothing. */
  readonly check: ((row: JsonObject) => string | null) | null;
  /** Makes the record that is passed on of a row; null passes it on as it is. */
  readonly apply: ((row: JsonObject) => JsonObject) | null;
  /** Whether one of the two looks at the letters of strings, and not only at which keys and kinds of values there are. */
  readonly readsLetters: boolean;
  /** Whether the names of rows are wanted. */
  readonly names: boolean;
  /** What rows are like that `check` has nothing to say of, and `apply` nothing to change in; null where that is not known. */
  readonly guide: RowGuide | null;
}

/**
 * One answer of the API, decoded. Of the parsed rows only what the sync needs is kept: many pages may wait, and a row's
 * text is a tenth of its objects.
 */
export interface Page {
  readonly sighting: Sighting;
  /** `created_at` as sent, by the place of its row, where it is written otherwise than {@link formatInstant} does. */
  readonly writtenTimes: ReadonlyMap<number, string>;
  /** `name` of each row, empty where it is none; null where the view does not ask for names. */
  readonly names: TextColumn | null;
  /** What is wrong with rows, by their place. */
  readonly complaints: ReadonlyMap<number, string>;
  /** How many NULs and lone surrogates became U+FFFD in a record, by the place of its row. */
  readonly replaced: ReadonlyMap<number, number>;
  /** `next_page_uri` as the server wrote it, null where it is absent: the only sign of the end. */
  readonly nextPageUri: string | null;
  /** Holds the records, each as JSON on one line. */
  readonly records: Buffer;
  /** Where each record stands in it, start and end in turn. */
  readonly offsets: Int32Array;
}
