import { ConfigError } from '../base/errors.js';
import { isJsonObject, type JsonValue } from '../base/json.js';
import { complaintOf } from '../base/schema-check.js';
import validateCatalog from '../generated/validate-airbyte-catalog.js';
import { select } from '../sync/shape.js';
import type { SelectedStream } from '../sync/sink.js';
import { streams, type StreamDefinition } from '../sync/streams.js';

/** A stream that the catalog asks for. */
export interface ConfiguredStream extends SelectedStream {
  /** The refresh that this run belongs to, where the runner counts them; a retry has the same number. */
  readonly generation: number | null;
}

/** What the catalog asks for, and which of it cannot be had: that does not stop the rest. */
export interface ConfiguredCatalog {
  readonly streams: readonly ConfiguredStream[];
  readonly refused: readonly { readonly stream: string; readonly error: ConfigError }[];
}

/**
 * Reads a ConfiguredAirbyteCatalog. Runners write nulls for what is not set, and leave out what they do not know.
 *
 * @param path the file, for messages
 * @throws ConfigError where it is no catalog, or has no stream
 */
export function readConfiguredCatalog(path: string, document: JsonValue): ConfiguredCatalog {
  const complaint = complaintOf(validateCatalog, document);
  if (complaint !== null) throw new ConfigError(`${path}: ${complaint.path || 'the catalog'} ${complaint.expected}`);
  const entries = isJsonObject(document) && Array.isArray(document['streams']) ? document['streams'] : [];
  if (entries.length === 0) throw new ConfigError(`${path}: streams is empty; configure one stream at least`);
  const found: ConfiguredStream[] = [];
  const refused: { stream: string; error: ConfigError }[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!isJsonObject(entry) || !isJsonObject(entry['stream'])) continue;
    const { name, json_schema: schema } = entry['stream'];
    if (typeof name !== 'string') continue;
    try {
      if (found.some(({ definition }) => definition.name === name)) {
        throw new ConfigError(`${path}: streams[${index}] configures "${name}" a second time`);
      }
      const definition = definitionOf(`${path}: streams[${index}]`, name);
      found.push({
        definition,
        method: methodOf(`${path}: streams[${index}] (${name})`, entry['sync_mode']),
        rowSchema: definition.schema,
        shape: select(definition.schema, columnsOf(schema, definition)),
        generation: typeof entry['generation_id'] === 'number' ? entry['generation_id'] : null,
      });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refused.push({ stream: name, error });
    }
  }
  return { streams: found, refused };
}

function definitionOf(where: string, name: string): StreamDefinition {
  const definition = streams.find((stream) => stream.name === name);
  if (definition !== undefined) return definition;
  const names = streams.map((stream) => stream.name).join(' and ');
  throw new ConfigError(`${where} configures "${name}", but the streams are ${names}: refresh the source's schema`);
}

function methodOf(where: string, mode: JsonValue | undefined): SelectedStream['method'] {
  if (mode === 'incremental') return 'INCREMENTAL';
  if (mode === 'full_refresh') return 'FULL_TABLE';
  throw new ConfigError(`${where}: sync_mode must be full_refresh or incremental`);
}

/**
 * Which properties leave: those that the configured schema has, and the keys. Only the top level decides, as in Airbyte's
 * own column selection: a catalog that was saved before a field of `payload` was known would otherwise lose that field.
 */
function columnsOf(
  schema: JsonValue | undefined,
  { keyProperties, replicationKey }: StreamDefinition,
): (path: readonly string[]) => boolean {
  const properties = isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {};
  const columns = new Set(Object.keys(properties));
  // A schema without columns selects nothing and so, like an absent one, says nothing.
  if (columns.size === 0) return () => true;
  for (const key of [...keyProperties, replicationKey]) columns.add(key);
  return ([column, ...inner]) => inner.length > 0 || column === undefined || columns.has(column);
}
