import { messageOf } from '../../base/errors.js';
import { cleanJson } from '../../base/json-text.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';
import { InputError } from './errors.js';
import { hasLongNumbers, parseExactly } from './exact-json.js';
import type { InputLine } from './lines.js';

export interface SchemaMessage {
  readonly type: 'SCHEMA';
  readonly stream: string;
  readonly schema: JsonObject;
}

export interface RecordMessage {
  readonly type: 'RECORD';
  readonly stream: string;
  /** As `JSON.parse` reads it: what the schema speaks of. */
  readonly record: JsonObject;
  /** The same with integers beyond 2^53 as text: what is sent. */
  readonly exact: JsonObject;
  readonly timeExtracted: string | null;
}

export interface StateMessage {
  readonly type: 'STATE';
  /** Its value as one line of JSON, every digit kept. */
  readonly text: string;
}

export type Message = SchemaMessage | RecordMessage | StateMessage;

/**
 * Reads one line of a Singer tap (the Singer specification). `type` may be in lower case, as it says.
 *
 * @returns null for what asks for nothing: a blank line (a file may end in one), and ACTIVATE_VERSION, which tells a
 *   database to delete rows; what was sent to Segment stays
 * @throws InputError for everything else. Also for a type that is not known: it might hold rows
 */
export async function parseMessage({ number, text, isWhole }: InputLine): Promise<Message | null> {
  if (text.trim() === '') return null;
  const { text: line } = cleanJson(text);
  const message = parse(line, number, isWhole);
  const { type, stream } = message;
  if (typeof type !== 'string') throw new InputError(number, 'has no "type": it is no Singer message');
  switch (type.toUpperCase()) {
    case 'SCHEMA': {
      const { schema } = message;
      if (!isJsonObject(schema)) throw new InputError(number, 'is a SCHEMA whose "schema" is no object');
      return { type: 'SCHEMA', stream: streamOf(stream, number, 'SCHEMA'), schema };
    }
    case 'RECORD': {
      const { record, time_extracted: timeExtracted } = message;
      if (!isJsonObject(record)) throw new InputError(number, 'is a RECORD whose "record" is no object');
      return {
        type: 'RECORD',
        stream: streamOf(stream, number, 'RECORD'),
        record,
        exact: (await exactRecord(line)) ?? record,
        timeExtracted: typeof timeExtracted === 'string' ? timeExtracted : null,
      };
    }
    case 'STATE':
      if (message['value'] === undefined) throw new InputError(number, 'is a STATE without "value"');
      return { type: 'STATE', text: await stateText(line, message['value']) };
    case 'ACTIVATE_VERSION':
      return null;
    case 'BATCH':
      throw new InputError(
        number,
        'is a BATCH, which this target does not read: let the tap send RECORDs (leave out its batch_config)',
      );
    default:
      throw new InputError(number, `has the type ${JSON.stringify(type.slice(0, 40))}, which is no Singer message`);
  }
}

function parse(line: string, number: number, isWhole: boolean): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    if (!isWhole) throw new InputError(number, 'ends in the middle: the tap was cut off there');
    // Node's message quotes the text around the fault; only the place is passed on, where it says one.
    const place = /position (\d+)/.exec(messageOf(cause))?.[1];
    throw new InputError(number, `is not valid JSON${place === undefined ? '' : ` (character ${Number(place) + 1})`}`);
  }
  if (!isJsonObject(value)) throw new InputError(number, 'is no JSON object: it is no Singer message');
  return value;
}

function streamOf(stream: unknown, number: number, type: string): string {
  if (typeof stream === 'string' && stream !== '') return stream;
  throw new InputError(number, `is a ${type} without the name of its "stream"`);
}

/** null where the record is exact as it is. */
async function exactRecord(line: string): Promise<JsonObject | null> {
  if (!hasLongNumbers(line)) return null;
  const message = await parseExactly(line);
  const record = isJsonObject(message) ? message['record'] : undefined;
  return isJsonObject(record) ? record : null;
}

async function stateText(line: string, value: JsonValue): Promise<string> {
  if (!hasLongNumbers(line)) return JSON.stringify(value);
  const { parse: parseLossless, stringify } = await import('lossless-json');
  const message = parseLossless(line, null, { onDuplicateKey: ({ newValue }) => newValue });
  return (isJsonObject(message) ? stringify(message['value']) : undefined) ?? JSON.stringify(value);
}
