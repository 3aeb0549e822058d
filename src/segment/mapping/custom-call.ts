import { setOwn, type JsonObject } from '../../base/json.js';
import { UnmappableError, type Call, type Identity } from './calls.js';
import type { MappingEntry } from './mapping-file.js';
import { textOf } from './member.js';
import { valueOf, type Source } from './source.js';
import { timestampOf } from './timestamp.js';

/** What a call has where the mapping file says nothing else. */
export interface Defaults {
  /** null: nobody, unless the file says who. */
  readonly identity: Identity | null;
  readonly timestamp: string | null;
  readonly messageId: string;
  readonly context: JsonObject;
  readonly event: string;
  readonly properties: () => JsonObject;
  readonly traits: () => JsonObject;
}

/**
 * The call that an entry of the mapping file makes of a row.
 *
 * @returns null where it is to be dropped
 * @throws UnmappableError where the row lacks what the call needs
 */
export function customCall(entry: MappingEntry, row: JsonObject, defaults: Defaults): Call | null {
  if (entry.call === 'drop') return null;
  const timestamp =
    entry.timestamp === null ? defaults.timestamp : timestampOf(valueOf(entry.timestamp, row), nameOf(entry.timestamp));
  const common = {
    ...identityOf(entry, row, defaults),
    ...(timestamp !== null && { timestamp }),
    messageId: defaults.messageId,
    context: defaults.context,
  };
  const fields = (sources: ReadonlyMap<string, Source> | null, all: () => JsonObject): JsonObject =>
    sources === null ? all() : fieldsOf(sources, row);
  switch (entry.call) {
    case 'track':
      return {
        type: 'track',
        event: entry.event ?? defaults.event,
        properties: fields(entry.properties, defaults.properties),
        ...common,
      };
    case 'page':
      return {
        type: 'page',
        ...(entry.name !== null && { name: entry.name }),
        ...(entry.category !== null && { category: entry.category }),
        properties: fields(entry.properties, defaults.properties),
        ...common,
      };
    case 'identify':
      return { type: 'identify', traits: fields(entry.traits, defaults.traits), ...common };
    case 'group': {
      const groupId = entry.groupId === null ? null : textOf(valueOf(entry.groupId, row));
      if (groupId === null) throw lacking('group_id', entry.groupId);
      // What is known of the row is known of the user, not of the group: traits only as the file says.
      return { type: 'group', groupId, traits: fields(entry.traits, () => ({})), ...common };
    }
  }
}

function identityOf(entry: MappingEntry, row: JsonObject, { identity }: Defaults): Identity {
  const id = (source: Source | null, otherwise: string | undefined): string | null =>
    source === null ? (otherwise ?? null) : textOf(valueOf(source, row));
  const userId = id(entry.userId, identity?.userId);
  const anonymousId = id(entry.anonymousId, identity?.anonymousId);
  if (userId !== null) return anonymousId === null ? { userId } : { userId, anonymousId };
  if (anonymousId !== null) return { anonymousId };
  throw lacking('user_id', entry.userId ?? entry.anonymousId);
}

function fieldsOf(sources: ReadonlyMap<string, Source>, row: JsonObject): JsonObject {
  const fields: JsonObject = {};
  for (const [name, source] of sources) {
    const value = valueOf(source, row);
    if (value !== undefined) setOwn(fields, name, value);
  }
  return fields;
}

function lacking(what: string, source: Source | null): UnmappableError {
  const column = source === null || 'value' in source ? '' : ` in the column ${source.path.join('.')}`;
  return new UnmappableError(`has no ${what}${column}`);
}

function nameOf(source: Source): string {
  return 'value' in source ? 'the mapping file' : source.path.join('.');
}
