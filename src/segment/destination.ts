import type { Call } from './mapping/calls.js';
import type { Origin } from './delivery/item.js';

/** Where calls go: to Segment (`Delivery`), or in a dry run to the output (`DryRun`). */
export interface Destination {
  /**
   * Takes a call; resolves when another one may come.
   *
   * @throws where the run has to end
   */
  call(call: Call, origin: Origin): Promise<void>;
  /** Takes a STATE that covers all calls so far; resolves when the input may go on. */
  state(text: string): Promise<void>;
  /**
   * Resolves when everything has arrived and every state that is safe was written.
   *
   * @throws where it has not
   */
  finish(): Promise<void>;
}
