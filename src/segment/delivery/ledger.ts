import { ReportError } from '../../base/errors.js';

/** States that wait for rows before them may hold so much text; then the input waits. */
const MOST_WAITING_CHARACTERS = 8 * 1024 * 1024;

interface WaitingState {
  /** Number of the last call before it. */
  readonly after: number;
  readonly text: string;
}

/**
 * Keeps account of every call, and of which STATE may be told: one may when each call before it was settled, that is
 * accepted by Segment, or written to the dead letter file. A call that was not holds back all states after it.
 */
export class Ledger {
  /** Calls handed to the delivery. */
  sent = 0;
  accepted = 0;
  /** Calls that were written to the dead letter file. */
  setAsideCount = 0;
  /** Calls that were neither: the run has failed. */
  lost = 0;
  private readonly tell: (text: string) => Promise<void>;
  /** All calls up to this number are settled. */
  private low = 0;
  /** Calls above that are settled. */
  private readonly settled = new Set<number>();
  private readonly states: WaitingState[] = [];
  private waitingCharacters = 0;
  private telling: Promise<void> = Promise.resolve();
  private wakeUp: (() => void) | null = null;
  private isOver = false;

  /** @param tell writes a state down */
  constructor(tell: (text: string) => Promise<void>) {
    this.tell = tell;
  }

  /** @returns the number of a new call */
  open(): number {
    return ++this.sent;
  }

  /** Segment has the call. */
  accept(number: number): void {
    this.accepted++;
    this.settle(number);
  }

  /** The dead letter file has the call. */
  setAside(number: number): void {
    this.setAsideCount++;
    this.settle(number);
  }

  /** Nobody has the call; no state after it will be told. */
  lose(): void {
    this.lost++;
  }

  /**
   * Takes a state that covers all calls so far. Resolves when the input may go on: when the states that can be told
   * were taken by their reader, and not too much text waits.
   *
   * @throws what `tell` threw
   */
  async state(text: string): Promise<void> {
    this.states.push({ after: this.sent, text });
    this.waitingCharacters += text.length;
    this.tellStates();
    while (this.waitingCharacters > MOST_WAITING_CHARACTERS && !this.isOver) {
      await new Promise<void>((resolve) => (this.wakeUp = resolve));
    }
    await this.telling;
  }

  /** Lets a {@link state} that waits for room go on: nothing will be settled any more. */
  giveUp(): void {
    this.isOver = true;
    this.wakeUp?.();
  }

  /**
   * Resolves when all states that can be told were taken.
   *
   * @throws what `tell` threw; ReportError where the account is not even: then this program is wrong
   */
  async close(): Promise<void> {
    await this.telling;
    if (this.sent !== this.accepted + this.setAsideCount + this.lost) {
      throw new ReportError(
        `Of ${this.sent} calls, ${this.accepted} were accepted and ${this.setAsideCount + this.lost} were not: the account is ` +
          'not even. No state after the first that is missing was written',
      );
    }
  }

  private settle(number: number): void {
    this.settled.add(number);
    while (this.settled.delete(this.low + 1)) this.low++;
    this.tellStates();
  }

  private tellStates(): void {
    for (let [next] = this.states; next !== undefined && next.after <= this.low; [next] = this.states) {
      const { text } = next;
      this.states.shift();
      this.waitingCharacters -= text.length;
      this.telling = this.telling.then(() => this.tell(text));
      // Whoever waits for the whole chain is told; until then it is no unhandled rejection.
      this.telling.catch(() => undefined);
    }
    this.wakeUp?.();
  }
}
