import type { Micros } from './micros.js';

/** The server's time in microseconds. It never stands still: what comes later in the program has a later time. */
export class Clock {
  private readonly millis: () => number;
  private last = 0;

  /** @param millis milliseconds since 1970, with a fraction where it is known */
  constructor(millis: () => number) {
    this.millis = millis;
  }

  now(): Micros {
    this.last = Math.max(this.last + 1, Math.floor(this.millis() * 1000));
    return this.last;
  }
}
