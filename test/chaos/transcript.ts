import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { streamNames, type StreamName } from '../../src/sandbox/rows.js';
import { parseMessages, type AirbyteMessage } from '../support/airbyte-messages.js';
import type { Face } from '../support/hostile-run.js';
import type { Bookmarks } from './tap-run.js';

export interface SeenRecord {
  readonly stream: StreamName;
  readonly id: string;
  readonly row: JsonObject;
}

export interface SeenState {
  /** Of the streams that the message speaks of. */
  readonly bookmarks: Bookmarks;
  /** How many records came before it. */
  readonly records: number;
}

/** What the reader of a run's stdout understood, whole lines only. */
export interface Transcript {
  readonly records: readonly SeenRecord[];
  readonly states: readonly SeenState[];
  /** Streams that ended with an error. */
  readonly failed: ReadonlySet<StreamName>;
  /** Whether the last line is whole. */
  readonly endsWhole: boolean;
  readonly lastType: string | null;
}

/**
 * Reads what a run wrote.
 *
 * @throws Error where a whole line is not of the protocol, or comes too early
 */
export function readTranscript(face: Face, stdout: string, stderr: string): Transcript {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
  const reader = face === 'singer' ? readSinger(whole, stderr) : readAirbyte(whole);
  return { ...reader, endsWhole: whole.length === stdout.length };
}

type Read = Omit<Transcript, 'endsWhole'>;

function readSinger(whole: string, stderr: string): Read {
  const records: SeenRecord[] = [];
  const states: SeenState[] = [];
  const described = new Set<string>();
  let lastType: string | null = null;
  for (const line of whole.split('\n').slice(0, -1)) {
    const message = JSON.parse(line) as JsonValue;
    if (!isJsonObject(message)) throw new Error(`no message: ${line.slice(0, 200)}`);
    const { type, stream } = message;
    if (type === 'SCHEMA' && typeof stream === 'string') described.add(stream);
    else if (type === 'RECORD') {
      if (typeof stream !== 'string' || !described.has(stream)) throw new Error(`a RECORD before its SCHEMA`);
      records.push(recordOf(stream, message['record']));
    } else if (type === 'STATE') {
      const value = isJsonObject(message['value']) ? message['value'] : {};
      const bookmarks = isJsonObject(value['bookmarks']) ? value['bookmarks'] : {};
      states.push({ bookmarks: bookmarksOf(Object.entries(bookmarks)), records: records.length });
    } else throw new Error(`no message of Singer: ${line.slice(0, 200)}`);
    lastType = type;
  }
  const failed = streamNames.filter((name) => stderr.includes(`CRITICAL ${name}: `));
  return { records, states, failed: new Set(failed), lastType };
}

function readAirbyte(whole: string): Read {
  const records: SeenRecord[] = [];
  const states: SeenState[] = [];
  const failed = new Set<StreamName>();
  const begun = new Set<string>();
  const counts = new Map<string, number>();
  const messages = parseMessages(whole);
  for (const message of messages) {
    if (message.type === 'RECORD') {
      const { stream, data } = message.record;
      if (!begun.has(stream)) throw new Error('a RECORD before its stream has STARTED');
      counts.set(stream, (counts.get(stream) ?? 0) + 1);
      records.push(recordOf(stream, data));
    } else if (message.type === 'STATE') {
      const { stream, sourceStats } = message.state;
      const { name } = stream.stream_descriptor;
      const count = counts.get(name) ?? 0;
      if (sourceStats.recordCount !== count) {
        throw new Error(`a STATE says ${sourceStats.recordCount} records, ${count} came`);
      }
      counts.set(name, 0);
      states.push({ bookmarks: bookmarksOf([[name, stream.stream_state]]), records: records.length });
    } else note(message, begun, failed);
  }
  return { records, states, failed, lastType: messages.at(-1)?.type ?? null };
}

function note(message: AirbyteMessage, begun: Set<string>, failed: Set<StreamName>): void {
  if (message.type !== 'TRACE') return;
  const { stream_status: status, error } = message.trace;
  if (status?.status === 'STARTED') begun.add(status.stream_descriptor.name);
  if (error?.stream_descriptor !== undefined) failed.add(streamOf(error.stream_descriptor.name));
}

function recordOf(stream: string, row: JsonValue | undefined): SeenRecord {
  const id = isJsonObject(row) ? row['id'] : undefined;
  if (!isJsonObject(row) || typeof id !== 'string') throw new Error(`a RECORD of ${stream} without an id`);
  return { stream: streamOf(stream), id, row };
}

function bookmarksOf(entries: readonly (readonly [string, JsonValue | undefined])[]): Bookmarks {
  return new Map(entries.flatMap(([name, blob]) => (isJsonObject(blob) ? [[streamOf(name), blob]] : [])));
}

function streamOf(name: string): StreamName {
  const known = streamNames.find((stream) => stream === name);
  if (known === undefined) throw new Error(`there is no stream ${name}`);
  return known;
}
