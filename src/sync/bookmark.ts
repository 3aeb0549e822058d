import { ConfigError } from '../base/errors.js';
import { parseInstant } from '../base/instant.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import type { Logger } from '../base/logger.js';
import type { StreamState } from './cursor.js';

/**
 * A bookmark of one stream as every protocol's state holds it: under `bookmarks` in Singer, as `stream_state` in Airbyte.
 * All keys are always there: Meltano merges states and deletes no key.
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
 * @throws ConfigError where a timestamp is none
 */
export function streamStateOf(where: string, bookmark: JsonValue | undefined): StreamState | null {
  if (!isJsonObject(bookmark)) return null;
  const foreign = isForeign(bookmark);
  const value = foreign ? null : (bookmark['replication_key_value'] ?? bookmark['created_at'] ?? null);
  const { cursor } = bookmark;
  const checked = (path: string, text: JsonValue | undefined): string | null => {
    if (typeof text !== 'string') return null;
    if (parseInstant(text) === null) throw new ConfigError(`${where}.${path} must be a timestamp`);
    return text;
  };
  const text = checked(bookmark['replication_key_value'] === undefined ? 'created_at' : 'replication_key_value', value);
  if (!isJsonObject(cursor) || foreign) return text === null ? null : { bookmark: text };
  const ids = Array.isArray(cursor['ids']) ? cursor['ids'].filter((id) => typeof id === 'string') : [];
  const from = checked('cursor.from', cursor['from']);
  const of = typeof cursor['bookmark'] === 'string' ? cursor['bookmark'] : null;
  return { bookmark: text, cursor: { bookmark: of, from, ids } };
}

/** Says so where a stream is synced from the beginning because its bookmark is on another column. */
export function warnOfForeignBookmark(
  where: string,
  stream: string,
  bookmark: JsonValue | undefined,
  logger: Logger,
): void {
  if (!isJsonObject(bookmark) || !isForeign(bookmark) || !('replication_key_value' in bookmark)) return;
  logger.log('warning', `${where} is on another replication key: ${stream} is synced from the beginning`, stream);
}

/** A bookmark on another column says nothing about this one; the Meltano SDK ignores it as well. */
function isForeign(bookmark: JsonObject): boolean {
  const key = bookmark['replication_key'];
  return typeof key === 'string' && key !== 'created_at';
}
