import { ConnectorError, messageOf } from '../base/errors.js';
import { InputError } from './input/errors.js';
import type { RecordMessage, SchemaMessage } from './input/messages.js';
import type { RecordCheck } from './input/stream-schema.js';
import { UnmappableError, type Call } from './mapping/calls.js';
import type { Mapper } from './mapping/mapper.js';
import { Router } from './mapping/router.js';

/** A row that cannot become calls, through a fault of its own: it may be set aside. */
export class BadRowError extends ConnectorError {
  readonly nextStep = 'report';
}

interface Stream {
  /** The SCHEMA as text, to know it when it comes again. */
  readonly schema: string;
  readonly mapper: Mapper | null;
  readonly check: RecordCheck;
}

/** The streams that the tap has announced: what their rows look like and what becomes of them. */
export class Streams {
  private readonly router: Router;
  private readonly streams = new Map<string, Stream>();

  constructor(router: Router) {
    this.router = router;
  }

  /**
   * Takes a SCHEMA. One that was there before changes nothing; another one takes its place.
   *
   * @throws InputError where it cannot be used; ConfigError where the mapping file contradicts it
   */
  async define({ stream, schema }: SchemaMessage, line: number): Promise<void> {
    const text = JSON.stringify(schema);
    if (this.streams.get(stream)?.schema === text) return;
    const mapper = this.router.mapperOf(stream, schema);
    const { compileRecordCheck } = await import('./input/stream-schema.js');
    try {
      this.streams.set(stream, { schema: text, mapper, check: compileRecordCheck(schema) });
    } catch (error) {
      throw new InputError(line, `(SCHEMA of ${stream}) ${messageOf(error)}`, error);
    }
  }

  /**
   * The calls of a row.
   *
   * @throws InputError where no SCHEMA came before it; ConfigError where nothing says what becomes of its stream;
   *   BadRowError where the row does not fit its schema, or no call can be made of it
   */
  callsOf({ stream: name, record, exact, timeExtracted }: RecordMessage, line: number): readonly Call[] {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new InputError(line, `is a RECORD of ${name} before its SCHEMA`);
    if (stream.mapper === null) throw Router.noMapping(name);
    const complaint = stream.check(record);
    if (complaint !== null)
      throw new BadRowError(`Line ${line} of the input (${name}) does not fit its schema: ${complaint}`);
    try {
      return stream.mapper.calls({ record: exact, timeExtracted });
    } catch (error) {
      if (!(error instanceof UnmappableError)) throw error;
      throw new BadRowError(`Line ${line} of the input (${name}) ${error.message}`, { cause: error });
    }
  }
}
