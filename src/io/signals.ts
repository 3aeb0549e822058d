/** What of a process the signals need, so that tests can stand in for it. */
export type SignalTarget = Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid'>;

const handled = ['SIGTERM', 'SIGINT'] as const;
type Handled = (typeof handled)[number];
/** How long the last lines may take to drain after a signal: a reader that has stalled must not keep us alive. */
const GRACE_MS = 2000;
/** One more is often sent at once (a terminal signals the whole group, a runner signals too); somebody who sends a third means it. */
const IMPATIENT_COUNT = 3;

/**
 * Listens for SIGTERM and SIGINT (docs/reliability.md, promise 10): the first aborts `signal`, so that the run can end well,
 * and then the process dies by that signal, not by an exit code, since that is what runners look at.
 */
export class StopSignals {
  private readonly target: SignalTarget;
  private readonly controller = new AbortController();
  private received: Handled | null = null;
  private count = 0;
  private grace: NodeJS.Timeout | null = null;

  constructor(target: SignalTarget) {
    this.target = target;
    for (const name of handled) target.on(name, this.receive);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Stops listening; if a signal came, the process now dies by it. */
  end(): void {
    if (this.grace !== null) clearTimeout(this.grace);
    for (const name of handled) this.target.off(name, this.receive);
    if (this.received !== null) this.target.kill(this.target.pid, this.received);
  }

  private readonly receive = (name: Handled): void => {
    this.count++;
    this.received ??= name;
    this.controller.abort(new Error(`stopped by ${this.received}`));
    this.grace ??= setTimeout(() => this.end(), GRACE_MS);
    if (this.count >= IMPATIENT_COUNT) this.end();
  };
}
