import { ConfigError } from '../base/errors.js';
import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../base/json.js';
import type { Logger } from '../base/logger.js';
import { complaintOf } from '../base/schema-check.js';
import validateState from '../generated/validate-singer-state.js';
import { bookmarkOf, streamStateOf, warnOfForeignBookmark } from '../sync/bookmark.js';
import type { StreamState } from '../sync/cursor.js';
import { streams } from '../sync/streams.js';

/** The whole Singer state of a run: every STATE carries all of it, also what this tap does not know. */
export class SingerState {
  private readonly rest: JsonObject;
  private readonly bookmarks: JsonObject;

  private constructor(rest: JsonObject, bookmarks: JsonObject) {
    this.rest = rest;
    this.bookmarks = bookmarks;
  }

  static empty(): SingerState {
    return new SingerState({}, {});
  }

  /**
   * @param path the file, for messages
   * @throws ConfigError naming the file and the key
   */
  static read(path: string, document: JsonValue): SingerState {
    const complaint = complaintOf(validateState, document);
    if (complaint !== null) throw new ConfigError(`${path}: ${complaint.path || 'the state'} ${complaint.expected}`);
    if (!isJsonObject(document)) return SingerState.empty();
    const { bookmarks, ...rest } = document;
    // Else it would be a state without bookmarks, and all rows would come again.
    if (bookmarks === undefined && rest['type'] === 'STATE' && 'value' in rest) {
      throw new ConfigError(`${path}: this is a whole STATE message; the file has to hold its value alone`);
    }
    return new SingerState(rest, isJsonObject(bookmarks) ? { ...bookmarks } : {});
  }

  /** Where each stream stands. */
  streamStates(path: string, logger: Logger): Map<string, StreamState> {
    const found = new Map<string, StreamState>();
    for (const { name } of streams) {
      const where = `${path}: bookmarks.${name}`;
      const state = streamStateOf(where, this.bookmarks[name]);
      if (state !== null) found.set(name, state);
      warnOfForeignBookmark(where, name, this.bookmarks[name], logger);
    }
    return found;
  }

  set(stream: string, state: StreamState): void {
    setOwn(this.bookmarks, stream, bookmarkOf(state));
  }

  toJson(): JsonObject {
    return { ...this.rest, bookmarks: this.bookmarks };
  }
}
