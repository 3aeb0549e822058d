import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a target holds after it has read messages. */
export interface Loaded {
  /** Rows of each stream by their key: a row that comes again replaces the one before. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  readonly state: { readonly bookmarks: Readonly<Record<string, { readonly replication_key_value: string }>> };
}

type Message =
  | { readonly type: 'SCHEMA'; readonly stream: string }
  | {
      readonly type: 'RECORD';
      readonly stream: string;
      readonly record: { readonly id: string } & Record<string, unknown>;
    }
  | { readonly type: 'STATE'; readonly value: Loaded['state'] };

/** Reads files of Singer messages, one after another, as the simplest of targets. */
export async function loadMessages(files: readonly string[]): Promise<Loaded> {
  const rows = new Map<string, Map<string, Readonly<Record<string, unknown>>>>();
  let state: Loaded['state'] = { bookmarks: {} };
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const message = JSON.parse(line) as Message;
      if (message.type === 'SCHEMA' && !rows.has(message.stream)) rows.set(message.stream, new Map());
      if (message.type === 'RECORD') rows.get(message.stream)?.set(message.record.id, message.record);
      if (message.type === 'STATE') state = message.value;
    }
  }
  return { rows, state };
}
