import { ReportError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Output } from '../io/output.js';
import type { DeadLetter } from './delivery/dead-letters.js';
import type { Delivery } from './delivery/delivery.js';
import { MOST_CALL_BYTES, sizeOf } from './delivery/event-size.js';
import type { Origin } from './delivery/item.js';
import type { Ledger } from './delivery/ledger.js';
import type { Call } from './mapping/calls.js';

/** Where calls go: to Segment, or in a dry run to the output. */
export interface Destination {
  /**
   * Takes a call; resolves when another one may come.
   *
   * @throws where the run has to end
   */
  call(call: Call, origin: Origin): Promise<void>;
  /** Takes a STATE that covers all calls so far. */
  state(text: string): Promise<void>;
  /**
   * Resolves when everything has arrived and every state that is safe was written.
   *
   * @throws where it has not
   */
  finish(): Promise<void>;
}

/** What takes rows and calls that cannot be sent. */
export interface Graveyard {
  bury(letter: DeadLetter): Promise<void>;
}

/** Sends to Segment. */
export class SegmentDestination implements Destination {
  private readonly delivery: Delivery;
  private readonly ledger: Ledger;
  private readonly closeTimeoutSeconds: number;

  constructor(delivery: Delivery, ledger: Ledger, closeTimeoutSeconds: number) {
    this.delivery = delivery;
    this.ledger = ledger;
    this.closeTimeoutSeconds = closeTimeoutSeconds;
  }

  async call(call: Call, origin: Origin): Promise<void> {
    await this.delivery.send(call, origin);
  }

  async state(text: string): Promise<void> {
    await this.ledger.state(text);
  }

  async finish(): Promise<void> {
    try {
      await this.delivery.finish(this.closeTimeoutSeconds);
    } finally {
      await this.ledger.close();
    }
  }
}

/** Prints what would be sent, a call a line. No state: it would say that rows are in Segment. */
export class DryDestination implements Destination {
  private readonly output: Output;
  private readonly graveyard: Graveyard | null;
  private readonly ledger: Ledger;

  constructor(output: Output, graveyard: Graveyard | null, ledger: Ledger) {
    this.output = output;
    this.graveyard = graveyard;
    this.ledger = ledger;
  }

  async call(call: Call, { stream, line }: Origin): Promise<void> {
    const number = this.ledger.open();
    const bytes = sizeOf(call);
    if (bytes > MOST_CALL_BYTES) {
      const reason = `It has ${bytes} bytes; Segment takes ${MOST_CALL_BYTES} at most`;
      if (this.graveyard === null) throw new ReportError(`Segment cannot be sent the call of line ${line}. ${reason}`);
      await this.graveyard.bury({ reason, stream, line, call });
      this.ledger.bury(number);
      return;
    }
    await this.output.write(`${JSON.stringify(call)}\n`);
    this.ledger.accept(number);
  }

  state(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    await this.output.flush();
  }
}

/** Says what would be set aside, and keeps nothing. */
export function dryGraveyard(logger: Logger): Graveyard {
  return {
    bury: ({ reason, line }) => {
      logger.log('warning', `Line ${line} would be set aside in the dead letter file: ${reason}`);
      return Promise.resolve();
    },
  };
}
