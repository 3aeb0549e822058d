import { ConnectorError, messageOf } from '../base/errors.js';
import type { JsonObject } from '../base/json.js';
import type { Redactor } from '../base/redactor.js';
import type { Output } from '../io/output.js';

export type LogMessageLevel = 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG';
export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

export interface MessagesOptions {
  readonly output: Output;
  readonly redactor: Redactor;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether errors that are told to people also show where in the program they came from. */
  readonly showsStacks: boolean;
}

/**
 * Writes messages of the Airbyte protocol (airbyte_protocol.yaml), one JSON object a line. Texts for people lose their
 * secrets here, so that none can be forgotten.
 */
export class Messages {
  private readonly options: MessagesOptions;

  constructor(options: MessagesOptions) {
    this.options = options;
  }

  async spec(spec: JsonObject): Promise<void> {
    await this.send({ type: 'SPEC', spec });
  }

  async catalog(catalog: JsonObject): Promise<void> {
    await this.send({ type: 'CATALOG', catalog });
  }

  /** @param message why it failed, and what to do about it */
  async connectionStatus(status: 'SUCCEEDED' | 'FAILED', message?: string): Promise<void> {
    const told = message === undefined ? {} : { message: this.clean(message) };
    await this.send({ type: 'CONNECTION_STATUS', connectionStatus: { status, ...told } });
  }

  async log(level: LogMessageLevel, message: string): Promise<void> {
    await this.send({ type: 'LOG', log: { level, message: this.clean(message) } });
  }

  async streamStatus(stream: string, status: StreamStatus): Promise<void> {
    await this.options.output.write(this.statusLine(stream, status) + '\n');
  }

  /**
   * A stream status as a line, to leave in one write with what follows it.
   *
   * @param quotaReset until when the API asked to wait, in milliseconds since 1970: that is why nothing comes
   */
  statusLine(stream: string, status: StreamStatus, quotaReset?: number): string {
    const waiting = quotaReset !== undefined && {
      reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: quotaReset } }],
    };
    const streamStatus = { stream_descriptor: { name: stream }, status, ...waiting };
    return JSON.stringify(this.trace({ type: 'STREAM_STATUS', stream_status: streamStatus }));
  }

  /** The TRACE that tells why a stream, or the whole run without one, failed. */
  async error(error: unknown, stream?: string): Promise<void> {
    const isKnown = error instanceof ConnectorError;
    const message = isKnown ? messageOf(error) : `Unexpected error: ${messageOf(error)}`;
    const stack = error instanceof Error && (!isKnown || this.options.showsStacks) ? stackWithCauses(error) : undefined;
    const told = {
      message: this.clean(stream === undefined ? message : `${stream}: ${message}`),
      internal_message: this.clean(error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
      ...(stack !== undefined && { stack_trace: this.clean(stack) }),
      failure_type: failureTypeOf(error),
      ...(stream !== undefined && { stream_descriptor: { name: stream } }),
    };
    await this.send(this.trace({ type: 'ERROR', error: told }));
  }

  private trace(trace: JsonObject): JsonObject {
    const { type, ...rest } = trace;
    return { type: 'TRACE', trace: { type, emitted_at: this.options.now(), ...rest } };
  }

  private clean(text: string): string {
    return this.options.redactor.clean(text);
  }

  private async send(message: JsonObject): Promise<void> {
    await this.options.output.write(JSON.stringify(message) + '\n');
  }
}

/** Whose turn it is to act on an error: the user's, nobody's (try again later), or ours. */
function failureTypeOf(error: unknown): FailureType {
  if (!(error instanceof ConnectorError)) return 'system_error';
  switch (error.nextStep) {
    case 'fix the command line':
    case 'fix the configuration':
    case 'fix the token':
      return 'config_error';
    case 'wait':
      return 'transient_error';
    case 'report':
      return 'system_error';
  }
}

function stackWithCauses(error: Error): string {
  const causes: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    causes.push(cause.stack ?? String(cause));
  }
  return causes.join('\ncaused by ');
}
