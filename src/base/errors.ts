/** What a failed request can tell a person who has to look it up: never a header or a body with a secret in it. */
export interface RequestDetails {
  readonly method: string;
  readonly path: string;
  /** HTTP status; absent where no answer came. */
  readonly status?: number;
  /** The server's own id of the request (`X-Request-Id`), to quote to Circle's support. */
  readonly requestId?: string;
}

/** What the person who reads the error should do next; one subclass of {@link ConnectorError} for each. */
export type NextStep = 'fix the command line' | 'fix the configuration' | 'fix the token' | 'wait' | 'report';

export interface ConnectorErrorOptions {
  readonly request?: RequestDetails | undefined;
  readonly cause?: unknown;
}

/** Base of all errors that are meant for people: one line, what happened and what to do. */
export abstract class ConnectorError extends Error {
  abstract readonly nextStep: NextStep;
  readonly request: RequestDetails | undefined;

  constructor(message: string, options: ConnectorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.request = options.request;
  }

  /** The message and, where a request failed, which one: `(GET /path, status 404, request id abc)`. */
  get line(): string {
    const { request } = this;
    if (request === undefined) return this.message;
    const parts = [`${request.method} ${request.path}`];
    if (request.status !== undefined) parts.push(`status ${request.status}`);
    if (request.requestId !== undefined) parts.push(`request id ${request.requestId}`);
    return `${this.message} (${parts.join(', ')})`;
  }
}

/** The command line is wrong: exit code 2. */
export class UsageError extends ConnectorError {
  readonly nextStep = 'fix the command line';
}

/** A setting, catalog or state file is wrong, or the API says that what it was asked for does not exist. */
export class ConfigError extends ConnectorError {
  readonly nextStep = 'fix the configuration';
}

/** The token is wrong, of the wrong kind, or may not read this. */
export class TokenError extends ConnectorError {
  readonly nextStep = 'fix the token';
}

/** The API is down, too slow or rate limited, and stayed so for as long as we were allowed to try. */
export class WaitError extends ConnectorError {
  readonly nextStep = 'wait';
}

/** The API answered in a way that its reference does not allow, or we are wrong: somebody should look. */
export class ReportError extends ConnectorError {
  readonly nextStep = 'report';
}

/** The text of anything thrown, for messages: never a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof ConnectorError) return error.line;
  return error instanceof Error ? error.message : String(error);
}

/** The text of anything thrown that ended something; what is no {@link ConnectorError} is a fault of ours. */
export function explanationOf(error: unknown): string {
  return error instanceof ConnectorError
    ? error.line
    : `Unexpected error: ${messageOf(error)}; --debug shows where it happened`;
}

/** Where something was thrown, on one line; only for `--debug`. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '').replaceAll('\n', ' | ') : '';
}
