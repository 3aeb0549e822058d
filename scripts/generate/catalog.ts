import type { Stream } from './api.js';
import { schemaOf, type JsonSchema } from './schema.js';

interface MetadataEntry {
  readonly breadcrumb: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The Singer catalog: all streams, selected and incremental. A full-table run may be asked for, so none is forced. */
export function catalogOf(streams: readonly Stream[]): object {
  return { streams: streams.map(entryOf) };
}

function entryOf(stream: Stream): object {
  const schema = schemaOf(stream);
  return {
    tap_stream_id: stream.name,
    stream: stream.name,
    schema,
    key_properties: [stream.key],
    replication_key: stream.bookmark,
    replication_method: 'INCREMENTAL',
    metadata: [rootOf(stream), ...metadataOf(schema, [], [stream.key, stream.bookmark])],
  };
}

function rootOf(stream: Stream): MetadataEntry {
  return {
    breadcrumb: [],
    metadata: {
      inclusion: 'available',
      selected: true,
      'selected-by-default': true,
      'table-key-properties': [stream.key],
      'valid-replication-keys': [stream.bookmark],
      'replication-key': stream.bookmark,
    },
  };
}

/** An entry for each property at any depth. */
function metadataOf(schema: JsonSchema, parent: readonly string[], automatic: readonly string[] = []): MetadataEntry[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const breadcrumb = [...parent, 'properties', name];
    const inclusion = automatic.includes(name) ? 'automatic' : 'available';
    return [{ breadcrumb, metadata: { inclusion } }, ...metadataOf(property, breadcrumb)];
  });
}
