import type { Lane, LaneOptions } from './lane.js';

/** Requests at once. Eight of a hundred calls each keep up with 5,000 calls a second at a latency of 150 ms. */
const MOST_LANES = 8;

/** The lanes of a run: opened when they are needed, the first of them loads Segment's library. */
export class Lanes {
  private readonly options: LaneOptions;
  private readonly all: Lane[] = [];
  private readonly free: Lane[] = [];
  private readonly waiting: ((lane: Lane) => void)[] = [];

  constructor(options: LaneOptions) {
    this.options = options;
  }

  /** Resolves with a lane that nobody else has. */
  async take(): Promise<Lane> {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.all.length >= MOST_LANES) return await new Promise((resolve) => this.waiting.push(resolve));
    const module = await import('./lane.js');
    const lane = new module.Lane(this.options);
    this.all.push(lane);
    return lane;
  }

  giveBack(lane: Lane): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(lane);
    else next(lane);
  }

  /** Closes all; nothing may be under way. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((lane) => lane.close()));
  }
}
