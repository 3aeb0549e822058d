import { ConfigError } from '../base/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import type { Logger } from '../base/logger.js';
import { complaintOf } from '../base/schema-check.js';
import validateBookmark from '../generated/validate-bookmark.js';
import { bookmarkOf, streamStateOf, warnOfForeignBookmark } from '../sync/bookmark.js';
import type { StreamState } from '../sync/cursor.js';
import { streams } from '../sync/streams.js';

/** Where a stream stands, and the refresh that it is in the middle of, if it is. */
export interface StoredStream {
  readonly state: StreamState;
  readonly generation: number | null;
}

/** Beside the keys of the bookmark: only a state inside a full refresh has it. */
const GENERATION = 'full_refresh_generation';

/** The `stream_state` of a stream: the same object that Singer has as its bookmark. */
export function streamStateBlob(state: StreamState, generation: number | null): JsonObject {
  const bookmark = bookmarkOf(state);
  return generation === null ? bookmark : { ...bookmark, [GENERATION]: generation };
}

/**
 * Reads what a runner hands over as `--state`: a list of STREAM messages or one GLOBAL, null-filled or not, a message
 * alone, an older `{"stream": {...}}` object, or the value of a Singer STATE. Empty ones say nothing, and of streams
 * that this source does not have nothing is kept.
 *
 * @param path the file, for messages
 * @throws ConfigError naming the file and the key
 */
export function readState(path: string, document: JsonValue, logger: Logger): Map<string, StoredStream> {
  const found = new Map<string, StoredStream>();
  for (const { where, stream, blob } of blobsOf(`${path}:`, document)) {
    if (blob === null || blob === undefined) continue;
    if (!streams.some(({ name }) => name === stream)) {
      logger.log('info', `${where} is of a stream that this source does not have: it is ignored`);
      continue;
    }
    const complaint = complaintOf(validateBookmark, blob);
    if (complaint !== null) {
      throw new ConfigError(`${where}${complaint.path === '' ? '' : `.${complaint.path}`} ${complaint.expected}`);
    }
    warnOfForeignBookmark(where, stream, blob, logger);
    const state = streamStateOf(where, blob);
    const generation = isJsonObject(blob) ? blob[GENERATION] : undefined;
    if (state !== null) found.set(stream, { state, generation: typeof generation === 'number' ? generation : null });
  }
  return found;
}

/** The state of one stream as the file has it, and its place there. */
interface Blob {
  readonly where: string;
  readonly stream: string;
  readonly blob: JsonValue | undefined;
}

function blobsOf(where: string, document: JsonValue): Blob[] {
  if (document === null) return [];
  if (Array.isArray(document)) {
    return document.flatMap((entry, index) => ofMessage(`${where} [${index}]`, entry));
  }
  if (!isJsonObject(document)) throw new ConfigError(`${where} the state must be a list of state messages`);
  const isMessage = 'global' in document || typeof document['type'] === 'string' || isOfOneStream(document['stream']);
  if (isMessage) return ofMessage(`${where} the state`, document);
  const { bookmarks } = document;
  return isJsonObject(bookmarks) ? ofMap(`${where} bookmarks`, bookmarks) : ofMap(`${where} the state`, document);
}

function ofMessage(where: string, message: JsonValue): Blob[] {
  if (!isJsonObject(message)) throw new ConfigError(`${where} must be a state message`);
  // A line of a read's output has the message inside.
  if (message['type'] === 'STATE' && isJsonObject(message['state'])) return ofMessage(where, message['state']);
  const { stream, global, data } = message;
  if (isJsonObject(stream)) return [ofStream(`${where}.stream`, stream)];
  if (isJsonObject(global)) {
    const states = global['stream_states'];
    const list = Array.isArray(states) ? states : [];
    return list.map((state, index) => ofStream(`${where}.global.stream_states[${index}]`, state));
  }
  if (isJsonObject(data)) return ofMap(`${where}.data`, data);
  throw new ConfigError(`${where} has no stream, global or data`);
}

function ofStream(where: string, value: JsonValue): Blob {
  if (!isOfOneStream(value)) throw new ConfigError(`${where}.stream_descriptor.name is missing`);
  return { where: `${where}.stream_state`, stream: value.stream_descriptor.name, blob: value['stream_state'] };
}

function ofMap(where: string, map: JsonObject): Blob[] {
  return Object.entries(map).map(([stream, blob]) => ({ where: `${where}.${stream}`, stream, blob }));
}

type OfOneStream = JsonObject & { readonly stream_descriptor: JsonObject & { readonly name: string } };

function isOfOneStream(value: JsonValue | undefined): value is OfOneStream {
  const descriptor = isJsonObject(value) ? value['stream_descriptor'] : undefined;
  return isJsonObject(descriptor) && typeof descriptor['name'] === 'string';
}
