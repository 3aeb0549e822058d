import { ConfigError } from '../../base/errors.js';
import { isJsonObject, type JsonObject } from '../../base/json.js';
import type { Mapper } from './mapper.js';
import type { MappingEntry } from './mapping-file.js';
import { lookUp, type Source } from './source.js';

export interface RouterOptions {
  readonly entries: readonly MappingEntry[];
  /** For Circle's events, whatever their stream is called. */
  readonly circle: Mapper;
  /** For a stream that the mapping file has entries for. */
  readonly custom: (stream: string, entries: readonly MappingEntry[]) => Mapper;
  readonly warn: (message: string) => void;
}

/** Columns by which a stream of Circle's is known. */
const circleColumns = ['id', 'name', 'triggered_at', 'payload'];

/** Finds who makes calls of a stream: the mapping file's entries for it, Circle's mapping, or the entries for `*`. */
export class Router {
  private readonly options: RouterOptions;

  constructor(options: RouterOptions) {
    this.options = options;
  }

  /**
   * @returns null where nobody does; it is told when a row of the stream comes, see {@link Router.noMapping}
   * @throws ConfigError where an entry names a column that the stream does not have
   */
  mapperOf(stream: string, schema: JsonObject): Mapper | null {
    const { entries, circle, custom, warn } = this.options;
    const own = entries.filter(({ of }) => 'stream' in of && of.stream === stream);
    if (own.length > 0) {
      for (const entry of own) checkColumns(entry, stream, schema, warn);
      return custom(stream, own);
    }
    if (isOfCircle(schema)) {
      for (const entry of entries) if ('circleEvent' in entry.of) checkColumns(entry, stream, schema, warn);
      return circle;
    }
    const others = entries.filter(({ of }) => 'stream' in of && of.stream === '*');
    return others.length > 0 ? custom(stream, others) : null;
  }

  static noMapping(stream: string): ConfigError {
    return new ConfigError(
      `Nothing says what becomes of the stream ${stream}. Circle's own streams have the columns ` +
        `${circleColumns.join(', ')} (select all of them, and leave flattening off); ` +
        'for any other stream put an entry into mapping_file: a call, or "drop"',
    );
  }
}

function isOfCircle(schema: JsonObject): boolean {
  const { properties } = schema;
  return isJsonObject(properties) && circleColumns.every((column) => Object.hasOwn(properties, column));
}

function checkColumns(entry: MappingEntry, stream: string, schema: JsonObject, warn: (message: string) => void): void {
  const check = (key: string, source: Source | null): void => {
    if (source === null || 'value' in source) return;
    const knowledge = lookUp(source, schema);
    const message = `${entry.label}: ${key} names the column ${source.path.join('.')}, which the schema of the stream ${stream} does not have`;
    if (knowledge === 'impossible') throw new ConfigError(message);
    if (knowledge === 'unknown') warn(`${message}; it is taken where a row has it`);
  };
  check('user_id', entry.userId);
  check('anonymous_id', entry.anonymousId);
  check('group_id', entry.groupId);
  check('timestamp', entry.timestamp);
  entry.messageId?.forEach((source, index) => check(`message_id[${index}]`, source));
  entry.properties?.forEach((source, name) => check(`properties.${name}`, source));
  entry.traits?.forEach((source, name) => check(`traits.${name}`, source));
}
