const WINDOW_MS = 60_000;

/** Allows so many requests in any 60 seconds. */
export class RateLimit {
  private readonly most: number;
  private readonly times: number[] = [];

  /** @param most 0 is no limit */
  constructor(most: number) {
    this.most = most;
  }

  /** Counts a request. @returns null where it is allowed, or after how many seconds the next one will be */
  take(nowMs: number): number | null {
    if (this.most === 0) return null;
    while ((this.times[0] ?? Infinity) <= nowMs - WINDOW_MS) this.times.shift();
    if (this.times.length >= this.most) return Math.ceil(((this.times[0] ?? nowMs) + WINDOW_MS - nowMs) / 1000);
    this.times.push(nowMs);
    return null;
  }
}
