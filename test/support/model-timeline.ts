/** Time that passes only while nobody has anything else to do: waits end in their order, and cost nothing. */
export class Timeline {
  now = 0;
  private readonly waits: { readonly due: number; readonly resolve: () => void }[] = [];

  async sleep(time: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waits.push({ due: this.now + time, resolve });
    });
  }

  /** Lets time pass until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = work.finally(() => (state.isDone = true));
    while (!state.isDone) {
      // Whatever can go on without a wait has gone on before this comes.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.waits.reduce<number>(
        (best, { due }, index) => (due < (this.waits[best]?.due ?? Infinity) ? index : best),
        0,
      );
      const [wait] = this.waits.splice(next, 1);
      if (wait === undefined) continue;
      this.now = wait.due;
      wait.resolve();
    }
    return await done;
  }
}
