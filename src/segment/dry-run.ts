import type { Logger } from '../base/logger.js';
import type { Output } from '../io/output.js';
import { setAside, type DeadLetterSink } from './delivery/dead-letters.js';
import { sizeOf, tooLarge } from './delivery/event-size.js';
import type { Origin } from './delivery/item.js';
import type { Ledger } from './delivery/ledger.js';
import type { Destination } from './destination.js';
import type { Call } from './mapping/calls.js';

/** Prints what would be sent, a call a line. No state: it would say that rows are in Segment. */
export class DryRun implements Destination {
  private readonly output: Output;
  private readonly deadLetters: DeadLetterSink | null;
  private readonly ledger: Ledger;

  constructor(output: Output, deadLetters: DeadLetterSink | null, ledger: Ledger) {
    this.output = output;
    this.deadLetters = deadLetters;
    this.ledger = ledger;
  }

  async call(call: Call, origin: Origin): Promise<void> {
    const number = this.ledger.open();
    const reason = tooLarge(sizeOf(call));
    if (reason !== null) {
      await setAside(this.deadLetters, call, origin, reason);
      this.ledger.setAside(number);
    } else {
      await this.output.write(`${JSON.stringify(call)}\n`);
      this.ledger.accept(number);
    }
  }

  state(): Promise<void> {
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    await this.output.flush();
  }
}

/** Says what would be set aside, and keeps nothing. */
export function dryDeadLetters(logger: Logger): DeadLetterSink {
  return {
    write: ({ reason, line }) => {
      logger.log('warning', `Line ${line} would be set aside in the dead letter file: ${reason}`);
      return Promise.resolve();
    },
  };
}
