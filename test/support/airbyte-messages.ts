import { Ajv } from 'ajv';
import type { JsonObject, JsonValue } from '../../src/base/json.js';
import protocol from '../fixtures/airbyte/protocol.schema.json' with { type: 'json' };

interface Descriptor {
  readonly name: string;
}

export interface StreamState {
  readonly type: 'STREAM';
  readonly stream: { readonly stream_descriptor: Descriptor; readonly stream_state: JsonObject };
  readonly sourceStats: { readonly recordCount: number };
}

export interface ErrorTrace {
  readonly message: string;
  readonly internal_message?: string;
  readonly stack_trace?: string;
  readonly failure_type: string;
  readonly stream_descriptor?: Descriptor;
}

export interface StatusTrace {
  readonly stream_descriptor: Descriptor;
  readonly status: 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';
  readonly reasons?: readonly { readonly type: string; readonly rate_limited?: { readonly quota_reset: number } }[];
}

/** A message as `protocol.schema.json` describes it: the types below say the same. */
export type AirbyteMessage =
  | {
      readonly type: 'RECORD';
      readonly record: { readonly stream: string; readonly data: JsonObject; readonly emitted_at: number };
    }
  | { readonly type: 'STATE'; readonly state: StreamState }
  | { readonly type: 'LOG'; readonly log: { readonly level: string; readonly message: string } }
  | { readonly type: 'SPEC'; readonly spec: JsonObject }
  | {
      readonly type: 'CONNECTION_STATUS';
      readonly connectionStatus: { readonly status: string; readonly message?: string };
    }
  | { readonly type: 'CATALOG'; readonly catalog: { readonly streams: readonly JsonObject[] } }
  | {
      readonly type: 'TRACE';
      readonly trace: {
        readonly type: string;
        readonly emitted_at: number;
        readonly error?: ErrorTrace;
        readonly stream_status?: StatusTrace;
      };
    };

const isMessage = new Ajv().compile<AirbyteMessage>(protocol);

/** Parses an output and checks that it is lines of the protocol and nothing else. @throws naming the line that is not */
export function parseMessages(stdout: string): AirbyteMessage[] {
  if (stdout !== '' && !stdout.endsWith('\n')) throw new Error(`the last line is cut: ${stdout.slice(-200)}`);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const message: unknown = JSON.parse(line);
      if (isMessage(message)) return message;
      const errors = JSON.stringify(isMessage.errors?.slice(0, 3));
      throw new Error(`line ${index + 1} is not of the protocol: ${line.slice(0, 300)} ${errors}`);
    });
}

export function recordsOf(messages: readonly AirbyteMessage[], stream?: string): JsonObject[] {
  return messages.flatMap((message) =>
    message.type === 'RECORD' && (stream === undefined || message.record.stream === stream)
      ? [message.record.data]
      : [],
  );
}

/** The ids of a stream's records, in order. */
export function idsOf(messages: readonly AirbyteMessage[], stream: string): (JsonValue | undefined)[] {
  return recordsOf(messages, stream).map(({ id }) => id);
}

export function statesOf(messages: readonly AirbyteMessage[], stream?: string): StreamState[] {
  return messages.flatMap((message) =>
    message.type === 'STATE' && (stream === undefined || nameOf(message.state) === stream) ? [message.state] : [],
  );
}

/** The last state of each stream, as a runner hands them to the next read. */
export function lastStates(messages: readonly AirbyteMessage[]): JsonValue {
  const last = new Map(statesOf(messages).map((state) => [nameOf(state), state]));
  return JSON.parse(JSON.stringify([...last.values()])) as JsonValue;
}

export function statusesOf(messages: readonly AirbyteMessage[], stream: string): string[] {
  return statusTracesOf(messages, stream).map(({ status }) => status);
}

export function statusTracesOf(messages: readonly AirbyteMessage[], stream: string): StatusTrace[] {
  return messages.flatMap((message) => {
    const status = message.type === 'TRACE' ? message.trace.stream_status : undefined;
    return status?.stream_descriptor.name === stream ? [status] : [];
  });
}

export function errorsOf(messages: readonly AirbyteMessage[]): ErrorTrace[] {
  return messages.flatMap((message) =>
    message.type === 'TRACE' && message.trace.error !== undefined ? [message.trace.error] : [],
  );
}

export function logsOf(messages: readonly AirbyteMessage[]): string[] {
  return messages.flatMap((message) => (message.type === 'LOG' ? [`${message.log.level} ${message.log.message}`] : []));
}

function nameOf({ stream }: StreamState): string {
  return stream.stream_descriptor.name;
}
