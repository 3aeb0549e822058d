import { ConfigError } from '../base/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { complaintOf } from '../base/schema-check.js';
import validateCatalog from '../generated/validate-singer-catalog.js';
import { select, type PropertyPath } from '../sync/shape.js';
import type { SelectedStream } from '../sync/sink.js';
import { streams, type StreamDefinition } from '../sync/streams.js';

/**
 * Reads which streams and properties a catalog selects, by the rules of the Meltano SDK and of singer-python.
 *
 * @param path the file, for messages
 * @throws ConfigError naming the file and the key
 */
export function selectedStreams(path: string, document: JsonValue): SelectedStream[] {
  const complaint = complaintOf(validateCatalog, document);
  if (complaint !== null) {
    throw new ConfigError(`${path}: ${complaint.path || 'the catalog'} ${complaint.expected}`);
  }
  const entries = isJsonObject(document) && Array.isArray(document['streams']) ? document['streams'] : [];
  const selected: SelectedStream[] = [];
  const known = new Map(streams.map((definition) => [definition.name as string, definition]));
  for (const [index, entry] of entries.entries()) {
    const id = isJsonObject(entry) ? entry['tap_stream_id'] : undefined;
    if (!isJsonObject(entry) || typeof id !== 'string') continue;
    const metadata = new Metadata(entry);
    if (!metadata.streamIsSelected()) continue;
    const definition = known.get(id);
    if (definition === undefined) {
      const names = [...known.keys()].join(' and ');
      throw new ConfigError(`${path}: streams[${index}].tap_stream_id selects "${id}", but the streams are ${names}`);
    }
    if (selected.some((stream) => stream.definition === definition)) {
      throw new ConfigError(`${path}: streams[${index}].tap_stream_id names "${id}" a second time`);
    }
    const where = `${path}: streams[${index}] (${id})`;
    checkKeys(where, entry, metadata, definition);
    const rowSchema = isJsonObject(entry['schema']) ? withKeys(entry['schema'], definition) : definition.schema;
    const shape = select(rowSchema, (property) => metadata.isSelected(property, definition));
    selected.push({ definition, method: methodOf(where, entry, metadata), rowSchema, shape });
  }
  return selected;
}

/** A catalog that lost a key property still gets it: nothing can be told apart without. */
function withKeys(schema: JsonObject, { schema: own, keyProperties, replicationKey }: StreamDefinition): JsonObject {
  const ownProperties = own['properties'];
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : ownProperties;
  if (!isJsonObject(properties) || !isJsonObject(ownProperties)) return own;
  const missing = [...keyProperties, replicationKey].filter((key) => !Object.hasOwn(properties, key));
  if (missing.length === 0 && properties === schema['properties']) return schema;
  const keys = Object.fromEntries(missing.map((key) => [key, ownProperties[key]]));
  return { ...schema, properties: { ...keys, ...properties } };
}

function checkKeys(where: string, entry: JsonObject, metadata: Metadata, definition: StreamDefinition): void {
  const replicationKey = entry['replication_key'] ?? metadata.ofStream('replication-key');
  if (typeof replicationKey === 'string' && replicationKey !== definition.replicationKey) {
    throw new ConfigError(
      `${where}: replication_key is "${replicationKey}"; the only one possible is ${definition.replicationKey}`,
    );
  }
  const keys = entry['key_properties'];
  if (Array.isArray(keys) && keys.length > 0 && JSON.stringify(keys) !== JSON.stringify(definition.keyProperties)) {
    throw new ConfigError(`${where}: key_properties must be ${JSON.stringify(definition.keyProperties)}`);
  }
}

/** The entry's own `replication_method` wins over metadata, as in the SDK; Meltano writes both. */
function methodOf(where: string, entry: JsonObject, metadata: Metadata): SelectedStream['method'] {
  const given =
    entry['replication_method'] ??
    metadata.ofStream('replication-method') ??
    metadata.ofStream('forced-replication-method') ??
    'INCREMENTAL';
  const method = typeof given === 'string' ? given.toUpperCase() : '';
  if (method === 'INCREMENTAL' || method === 'FULL_TABLE') return method;
  throw new ConfigError(`${where}: replication_method must be INCREMENTAL or FULL_TABLE`);
}

/** The metadata of a catalog entry, by breadcrumb. */
class Metadata {
  private readonly entry: JsonObject;
  private readonly byBreadcrumb = new Map<string, JsonObject>();

  constructor(entry: JsonObject) {
    this.entry = entry;
    const list = Array.isArray(entry['metadata']) ? entry['metadata'] : [];
    for (const item of list) {
      if (!isJsonObject(item) || !Array.isArray(item['breadcrumb']) || !isJsonObject(item['metadata'])) continue;
      this.byBreadcrumb.set(JSON.stringify(item['breadcrumb']), item['metadata']);
    }
  }

  ofStream(key: string): JsonValue | undefined {
    return this.byBreadcrumb.get('[]')?.[key] ?? undefined;
  }

  /** A stream without any word on its selection is taken, as one in a catalog that was written by hand. */
  streamIsSelected(): boolean {
    const metadata = this.byBreadcrumb.get('[]');
    if (metadata?.['inclusion'] === 'unsupported') return false;
    return choice(metadata) ?? flag(this.entry['selected']) ?? this.byBreadcrumb.size === 0;
  }

  /**
   * The parent decides first, then `inclusion` (automatic beats `selected: false`), `selected`, `selected-by-default`;
   * without a word, as the parent.
   */
  isSelected(path: PropertyPath, { keyProperties, replicationKey }: StreamDefinition): boolean {
    const [name] = path;
    if (path.length === 1 && name !== undefined && [...keyProperties, replicationKey].includes(name)) return true;
    const breadcrumb = path.flatMap((part) => ['properties', part]);
    const metadata = this.byBreadcrumb.get(JSON.stringify(breadcrumb));
    if (metadata?.['inclusion'] === 'unsupported') return false;
    if (metadata?.['inclusion'] === 'automatic') return true;
    return choice(metadata) ?? true;
  }
}

function choice(metadata: JsonObject | undefined): boolean | undefined {
  return flag(metadata?.['selected']) ?? flag(metadata?.['selected-by-default']);
}

/** Booleans, also as text: the Singer specification's own examples have them in quotes. */
function flag(value: JsonValue | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return value.toLowerCase() === 'true';
}
