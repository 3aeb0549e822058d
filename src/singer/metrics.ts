import type { Logger } from '../base/logger.js';
import type { StreamStats } from '../sync/stats.js';

/** Counters are told this often and at the end, each time by how much they grew, as the Meltano SDK does. */
const EVERY_MS = 60_000;

/** Tells a run's figures in the words of the Singer metrics. */
export class Metrics {
  private readonly logger: Logger;
  private readonly pid: number;
  private readonly told = new Map<string, number>();
  private current: StreamStats | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(logger: Logger, pid: number) {
    this.logger = logger;
    this.pid = pid;
    this.timer = setInterval(() => this.tellCounters(), EVERY_MS).unref();
  }

  /** The stream whose counters grow from now on. */
  follow(stats: StreamStats): void {
    this.current = stats;
  }

  /** What is known at the end of a stream. */
  finish(stats: StreamStats, status: 'succeeded' | 'failed'): void {
    this.follow(stats);
    this.tellCounters();
    const tags = { stream: stats.stream, status, pid: this.pid };
    this.logger.metric({ type: 'timer', metric: 'sync_duration', value: round(stats.seconds), tags });
    this.current = null;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private tellCounters(): void {
    const stats = this.current;
    if (stats === null) return;
    this.tellGrowth(stats, 'record_count', stats.rows);
    this.tellGrowth(stats, 'http_request_count', stats.requests);
  }

  private tellGrowth({ stream }: StreamStats, metric: string, total: number): void {
    const key = `${stream} ${metric}`;
    const value = total - (this.told.get(key) ?? 0);
    this.told.set(key, total);
    this.logger.metric({ type: 'counter', metric, value, tags: { stream, pid: this.pid } });
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
