import type { Call } from '../mapping/calls.js';

/** Where a call comes from, for messages. */
export interface Origin {
  readonly stream: string;
  /** Line of the input. */
  readonly line: number;
}

/** A call on its way. */
export interface Item extends Origin {
  readonly call: Call;
  /** In the ledger. */
  readonly number: number;
  /** Bytes in a request, at most. */
  readonly bytes: number;
  /** Whether the ledger knows what became of it. */
  isSettled: boolean;
}
