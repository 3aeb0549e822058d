import type { Readable } from 'node:stream';
import { ConnectorError, messageOf } from '../base/errors.js';
import type { DeadLetterSink } from './delivery/dead-letters.js';
import type { Destination } from './destination.js';
import { InputError } from './input/errors.js';
import { readLines } from './input/lines.js';
import { parseMessage, type RecordMessage } from './input/messages.js';
import type { Call } from './mapping/calls.js';
import type { TargetStats } from './stats.js';
import { BadRowError, type Streams } from './streams.js';

export interface Pump {
  readonly input: Readable;
  readonly streams: Streams;
  readonly destination: Destination;
  /** null: a bad row ends the run. */
  readonly deadLetters: DeadLetterSink | null;
  readonly stats: TargetStats;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/**
 * Reads the input to its end, or until it shall stop, and hands on what it says.
 *
 * @throws ConnectorError for the first line that cannot be used, naming its number; what the destination threw
 */
export async function pump({ input, streams, destination, deadLetters, stats, signal }: Pump): Promise<void> {
  for await (const line of readLines(input, signal)) {
    const { number } = line;
    try {
      const message = await parseMessage(line);
      if (message === null) continue;
      switch (message.type) {
        case 'SCHEMA':
          await streams.define(message, number);
          break;
        case 'STATE':
          await destination.state(message.text);
          break;
        case 'RECORD':
          stats.rowRead(message.stream);
          for (const call of await callsOf(message, number, streams, deadLetters)) {
            await destination.call(call, { stream: message.stream, line: number });
          }
          break;
      }
    } catch (error) {
      if (error instanceof ConnectorError || signal.aborted) throw error;
      // An object in an object a hundred thousand times, say.
      throw new InputError(number, `cannot be dealt with: ${messageOf(error)}`, error);
    }
  }
}

async function callsOf(
  message: RecordMessage,
  line: number,
  streams: Streams,
  deadLetters: DeadLetterSink | null,
): Promise<readonly Call[]> {
  try {
    return streams.callsOf(message, line);
  } catch (error) {
    if (!(error instanceof BadRowError) || deadLetters === null) throw error;
    const { stream, exact: record } = message;
    await deadLetters.write({ reason: error.message, stream, line, record });
    return [];
  }
}
