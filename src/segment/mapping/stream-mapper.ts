import { setOwn, type JsonObject, type JsonValue } from '../../base/json.js';
import { formatInstant, parseInstant } from '../../base/instant.js';
import type { Call } from './calls.js';
import { customCall, type Defaults } from './custom-call.js';
import type { Mapper, Row } from './mapper.js';
import type { MappingEntry } from './mapping-file.js';
import type { MessageIds } from './message-id.js';
import { isReserved } from './reserved.js';
import { valueOf } from './source.js';

export interface StreamMapperOptions {
  readonly stream: string;
  /** What the mapping file says about it: each entry makes a call of each row. */
  readonly entries: readonly MappingEntry[];
  readonly ids: MessageIds;
  /** Of this program. */
  readonly version: string;
}

/** Makes calls of the rows of a stream that is not Circle's, as the mapping file says. */
export class StreamMapper implements Mapper {
  private readonly options: StreamMapperOptions;

  constructor(options: StreamMapperOptions) {
    this.options = options;
  }

  calls(row: Row): readonly Call[] {
    const { entries } = this.options;
    return entries
      .map((entry, index) => customCall(entry, row.record, this.defaults(entry, index, row)))
      .filter((call) => call !== null);
  }

  private defaults(entry: MappingEntry, index: number, { record, timeExtracted }: Row): Defaults {
    const { stream, ids, version } = this.options;
    const identity: JsonValue =
      entry.messageId === null ? record : entry.messageId.map((source) => valueOf(source, record) ?? null);
    const extracted = parseInstant(timeExtracted);
    return {
      identity: null,
      timestamp: extracted === null ? null : formatInstant(extracted),
      messageId: ids.ofRow(stream, identity, index === 0 ? '' : String(index + 1)),
      context: { integration: { name: 'target-segment', version }, channel: 'server' },
      event: stream,
      properties: () => allColumns(record),
      traits: () => allColumns(record),
    };
  }
}

/** Every column that is not null. Those whose names a warehouse would drop, such as `id`, get `row_` before it. */
function allColumns(record: JsonObject): JsonObject {
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(record)) {
    if (value !== undefined && value !== null) setOwn(fields, isReserved(name) ? `row_${name}` : name, value);
  }
  return fields;
}
