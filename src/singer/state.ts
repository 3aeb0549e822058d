import { ConfigError } from '../base/errors.js';
import { parseInstant } from '../base/instant.js';
import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../base/json.js';
import type { Logger } from '../base/logger.js';
import { complaintOf } from '../base/schema-check.js';
import validateState from '../generated/validate-singer-state.js';
import type { StreamState } from '../sync/cursor.js';
import { streams } from '../sync/streams.js';

/**
 * A bookmark of one stream as the state holds it. All keys are always there: Meltano merges states and deletes no key.
 * The Airbyte `stream_state` is the same object.
 */
export function bookmarkOf(state: StreamState): JsonObject {
  const { bookmark, cursor } = state;
  return {
    replication_key: 'created_at',
    ...(bookmark !== null && { replication_key_value: bookmark }),
    ...(cursor !== undefined && { cursor: { bookmark: cursor.bookmark, from: cursor.from, ids: [...cursor.ids] } }),
  };
}

/**
 * Reads a bookmark, its shape already checked: ours, that of other taps, and the older `{"created_at": "..."}`.
 *
 * @param where file and key, for messages
 * @returns null where it says nothing
 */
export function streamStateOf(where: string, bookmark: JsonValue | undefined): StreamState | null {
  if (!isJsonObject(bookmark)) return null;
  const key = bookmark['replication_key'];
  // A bookmark on another column says nothing about this one; the SDK ignores it as well.
  const isForeign = typeof key === 'string' && key !== 'created_at';
  const value = isForeign ? null : (bookmark['replication_key_value'] ?? bookmark['created_at'] ?? null);
  const { cursor } = bookmark;
  const checked = (path: string, text: JsonValue | undefined): string | null => {
    if (typeof text !== 'string') return null;
    if (parseInstant(text) === null) throw new ConfigError(`${where}.${path} must be a timestamp`);
    return text;
  };
  const text = checked(bookmark['replication_key_value'] === undefined ? 'created_at' : 'replication_key_value', value);
  if (!isJsonObject(cursor) || isForeign) return text === null ? null : { bookmark: text };
  const ids = Array.isArray(cursor['ids']) ? cursor['ids'].filter((id) => typeof id === 'string') : [];
  const from = checked('cursor.from', cursor['from']);
  const of = typeof cursor['bookmark'] === 'string' ? cursor['bookmark'] : null;
  return { bookmark: text, cursor: { bookmark: of, from, ids } };
}

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
    return new SingerState(rest, isJsonObject(bookmarks) ? { ...bookmarks } : {});
  }

  /** Where each stream stands. */
  streamStates(path: string, logger: Logger): Map<string, StreamState> {
    const found = new Map<string, StreamState>();
    for (const { name } of streams) {
      const bookmark = this.bookmarks[name];
      const state = streamStateOf(`${path}: bookmarks.${name}`, bookmark);
      if (state !== null) found.set(name, state);
      else if (
        isJsonObject(bookmark) &&
        typeof bookmark['replication_key'] === 'string' &&
        'replication_key_value' in bookmark
      ) {
        const message = `${path}: bookmarks.${name} is on another replication key: ${name} is synced from the beginning`;
        logger.log('warning', message, name);
      }
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
