import { ConfigError } from '../../base/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';
import { complaintOf } from '../../base/schema-check.js';
import { readJsonFile } from '../../config/json-file.js';
import validateMapping from '../../generated/validate-segment-mapping.js';
import schema from './mapping.schema.json' with { type: 'json' };
import { isReserved } from './reserved.js';
import { readSource, type Source } from './source.js';

/** One entry of the mapping file: what becomes of a row. */
export interface MappingEntry {
  /** The file, the place in it and what it is about: for messages. */
  readonly label: string;
  readonly of: { readonly circleEvent: string } | { readonly stream: string };
  readonly call: 'track' | 'identify' | 'group' | 'page' | 'drop';
  readonly event: string | null;
  readonly name: string | null;
  readonly category: string | null;
  readonly userId: Source | null;
  readonly anonymousId: Source | null;
  readonly groupId: Source | null;
  readonly timestamp: Source | null;
  readonly messageId: readonly Source[] | null;
  /** null: all that there are. */
  readonly properties: ReadonlyMap<string, Source> | null;
  readonly traits: ReadonlyMap<string, Source> | null;
}

type Call = MappingEntry['call'];

const everyKey = Object.keys(schema.properties.mappings.items.properties);
/** Keys that mean something for some calls alone. */
const onlyFor: Readonly<Record<string, readonly Call[]>> = {
  event: ['track'],
  name: ['page'],
  category: ['page'],
  group_id: ['group'],
  properties: ['track', 'page'],
  traits: ['identify', 'group'],
};

/**
 * Reads and checks a mapping file.
 *
 * @param warn told of what works, but loses something on the way
 * @throws ConfigError naming the file and the entry, and what was expected
 */
export async function readMappingFile(path: string, warn: (message: string) => void): Promise<MappingEntry[]> {
  return mappingEntries(path, await readJsonFile(path, 'mapping'), warn);
}

/** The entries of a mapping file's content; see {@link readMappingFile}. */
export function mappingEntries(path: string, content: JsonValue, warn: (message: string) => void): MappingEntry[] {
  const given = isJsonObject(content) && Array.isArray(content['mappings']) ? content['mappings'] : [];
  const complaint = complaintOf(validateMapping, content);
  if (complaint !== null) {
    const index = Number(/^mappings\[(\d+)\]/.exec(complaint.path)?.[1] ?? -1);
    const rest = complaint.path.replace(/^mappings\[\d+\]\.?/, '');
    const where = index < 0 ? complaint.path || 'the mapping' : `${labelOf(given[index], index)}: ${rest}`.trimEnd();
    throw new ConfigError(`${path}: ${where} ${complaint.expected}`);
  }
  const entries = given.filter(isJsonObject).map((entry, index) => {
    return readEntry(entry, `${path}: ${labelOf(entry, index)}`, warn);
  });
  for (const entry of entries) {
    if (entry.call === 'drop' && entries.some((other) => other !== entry && isOfSame(entry, other))) {
      throw new ConfigError(`${entry.label}: drops what another entry sends`);
    }
  }
  return entries;
}

function readEntry(entry: JsonObject, label: string, warn: (message: string) => void): MappingEntry {
  const fail = (what: string): never => {
    throw new ConfigError(`${label}: ${what}`);
  };
  const { circle_event: circleEvent, stream, message_id: messageId } = entry;
  const of =
    typeof circleEvent === 'string' && stream === undefined
      ? { circleEvent }
      : typeof stream === 'string' && circleEvent === undefined
        ? { stream }
        : fail('must have circle_event or stream, one of the two');
  const call = callOf(entry['call'], of) ?? fail('call is missing: track, identify, group, page or drop');
  for (const key of Object.keys(entry)) {
    if (!everyKey.includes(key)) fail(`has the key ${key}, which means nothing here`);
    const calls = onlyFor[key];
    if (calls !== undefined && !calls.includes(call)) fail(`${key} means nothing for a ${call} call`);
  }
  const source = (value: JsonValue | undefined, key: string): Source => {
    const read = readSource(value);
    return typeof read === 'string' ? fail(`${key} ${read}`) : read;
  };
  const optional = (key: string): Source | null => (entry[key] === undefined ? null : source(entry[key], key));
  const map = (key: string): ReadonlyMap<string, Source> | null => {
    const given = entry[key];
    if (!isJsonObject(given)) return null;
    for (const name of Object.keys(given).filter(isReserved)) {
      warn(`${label}: ${key}.${name}: warehouses drop a column of this name; choose another`);
    }
    return new Map(Object.entries(given).map(([name, value]) => [name, source(value, `${key}.${name}`)]));
  };
  const text = (key: string): string | null => (typeof entry[key] === 'string' ? entry[key] : null);
  const read: MappingEntry = {
    label,
    of,
    call,
    event: text('event'),
    name: text('name'),
    category: text('category'),
    userId: optional('user_id'),
    anonymousId: optional('anonymous_id'),
    groupId: optional('group_id'),
    timestamp: optional('timestamp'),
    messageId: Array.isArray(messageId) ? messageId.map((part, n) => source(part, `message_id[${n}]`)) : null,
    properties: map('properties'),
    traits: map('traits'),
  };
  if (read.call === 'group' && read.groupId === null) fail('group_id is missing: a group call needs one');
  if ('stream' in read.of && read.call !== 'drop') {
    if (read.call === 'track' && read.event === null) fail('event is missing: a track call needs a name');
    if (read.userId === null && read.anonymousId === null) {
      fail('user_id or anonymous_id is missing: Segment takes no call without one of the two');
    }
  }
  return read;
}

/** A Circle event stays a track call where nothing else is said. */
function callOf(call: JsonValue | undefined, of: MappingEntry['of']): Call | null {
  const calls: readonly Call[] = ['track', 'identify', 'group', 'page', 'drop'];
  return calls.find((known) => known === call) ?? ('circleEvent' in of ? 'track' : null);
}

function labelOf(entry: JsonValue | undefined, index: number): string {
  const { circle_event: circleEvent, stream } = isJsonObject(entry) ? entry : ({} as JsonObject);
  if (typeof circleEvent === 'string') return `mappings[${index}] (circle_event ${circleEvent})`;
  return `mappings[${index}]${typeof stream === 'string' ? ` (stream ${stream})` : ''}`;
}

function isOfSame(a: MappingEntry, b: MappingEntry): boolean {
  return JSON.stringify(a.of) === JSON.stringify(b.of);
}
