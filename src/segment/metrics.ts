import type { Logger } from '../base/logger.js';
import type { TargetStats } from './stats.js';

/** Counters are told this often and at the end, each time by how much they grew, as the Meltano SDK does. */
const EVERY_MS = 60_000;

/** Tells a run's figures in the words of the Singer metrics. */
export class TargetMetrics {
  private readonly stats: TargetStats;
  private readonly logger: Logger;
  private readonly pid: number;
  private readonly told = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(stats: TargetStats, logger: Logger, pid: number) {
    this.stats = stats;
    this.logger = logger;
    this.pid = pid;
    this.timer = setInterval(() => this.tellCounters(), EVERY_MS).unref();
  }

  end(status: 'succeeded' | 'failed'): void {
    clearInterval(this.timer);
    this.tellCounters();
    const value = Math.round(this.stats.seconds * 1000) / 1000;
    this.logger.metric({ type: 'timer', metric: 'job_duration', value, tags: { status, pid: this.pid } });
  }

  private tellCounters(): void {
    for (const [stream, rows] of this.stats.rows) this.tellGrowth('record_count', rows, { stream });
    this.tellGrowth('http_request_count', this.stats.requests, {});
  }

  private tellGrowth(metric: string, total: number, tags: Readonly<Record<string, string>>): void {
    const key = `${metric} ${tags['stream'] ?? ''}`;
    const value = total - (this.told.get(key) ?? 0);
    this.told.set(key, total);
    this.logger.metric({ type: 'counter', metric, value, tags: { ...tags, pid: this.pid } });
  }
}
