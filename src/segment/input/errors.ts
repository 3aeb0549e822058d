import { ConnectorError } from '../../base/errors.js';

/** A line of the input is not what a Singer tap may send: the tap is at fault, and nothing after it can be trusted. */
export class InputError extends ConnectorError {
  readonly nextStep = 'report';

  /** @param what tells no value of the line, since those are people's data */
  constructor(line: number, what: string, cause?: unknown) {
    super(`Line ${line} of the input ${what}`, { cause });
  }
}
