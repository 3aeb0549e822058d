import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import type { SelectedStream } from '../sync/sink.js';

/** The streams as the AirbyteCatalog shows them. */
export function airbyteCatalog(streams: readonly SelectedStream[]): JsonObject {
  return { streams: streams.map(airbyteStream) };
}

function airbyteStream({ definition, shape }: SelectedStream): JsonObject {
  const { name, keyProperties, replicationKey } = definition;
  return {
    name,
    json_schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...airbyteSchema(shape.schema) },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: [replicationKey],
    source_defined_primary_key: keyProperties.map((key) => [key]),
    is_resumable: true,
  };
}

/** The schema with Airbyte's own word for timestamps: they always have a zone (Airbyte's docs, "Supported data types"). */
function airbyteSchema(schema: JsonObject): JsonObject {
  const { properties, items, format } = schema;
  const changed: JsonObject = { ...schema };
  if (format === 'date-time') changed['airbyte_type'] = 'timestamp_with_timezone';
  if (isJsonObject(items)) changed['items'] = airbyteSchema(items);
  if (isJsonObject(properties)) {
    const entries = Object.entries(properties).map(([key, property]): [string, JsonValue | undefined] => {
      return [key, isJsonObject(property) ? airbyteSchema(property) : property];
    });
    changed['properties'] = Object.fromEntries(entries);
  }
  return changed;
}
