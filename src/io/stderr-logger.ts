import type { Writable } from 'node:stream';
import type { JsonObject } from '../base/json.js';
import type { Logger, LogLevel, Metric } from '../base/logger.js';
import type { Redactor } from '../base/redactor.js';

export interface StderrLoggerOptions {
  readonly stream: Writable;
  readonly redactor: Redactor;
  /** The program's name, as it stands in structured lines. */
  readonly program: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Line breaks, and what makes a terminal do things or show text in another order: messages quote what servers say. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
const ranks: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warning: 30, error: 40, critical: 50 };

/**
 * Messages on stderr, without secrets: `LEVEL message` lines as Singer taps write them, or one JSON object a line with
 * every field that Meltano's parser wants (the Meltano SDK's `logs.schema.json`).
 */
export class StderrLogger implements Logger {
  format: 'text' | 'json' = 'text';
  lowest: LogLevel = 'info';
  /** Called before a line is written, to take a progress line away. */
  beforeLine: (() => void) | null = null;
  private readonly options: StderrLoggerOptions;

  constructor(options: StderrLoggerOptions) {
    this.options = options;
    // Nobody is left to be told.
    options.stream.on('error', () => undefined);
  }

  log(level: LogLevel, message: string, stream?: string): void {
    this.write(level, message, stream);
  }

  metric(metric: Metric): void {
    const stream = metric.tags['stream'];
    const point = { type: metric.type, metric: metric.metric, value: metric.value, tags: metric.tags };
    this.write('info', 'METRIC', typeof stream === 'string' ? stream : undefined, point);
  }

  private write(level: LogLevel, message: string, stream?: string, metric?: JsonObject): void {
    if (ranks[level] < ranks[this.lowest]) return;
    this.beforeLine?.();
    const line = this.format === 'json' ? this.json(level, message, stream, metric) : this.text(level, message, metric);
    this.options.stream.write(`${this.options.redactor.clean(line)}\n`);
  }

  private text(level: LogLevel, message: string, metric?: JsonObject): string {
    const text = metric === undefined ? message : `METRIC: ${JSON.stringify(metric)}`;
    return `${level.toUpperCase()} ${text.replace(unprintable, ' ')}`;
  }

  private json(level: LogLevel, message: string, stream?: string, metric?: JsonObject): string {
    const { program, pid, now } = this.options;
    return JSON.stringify({
      level,
      pid,
      logger_name: metric === undefined ? program : `${program}.metrics`,
      ts: now() / 1000,
      thread_name: 'MainThread',
      app_name: program,
      stream_name: stream ?? null,
      message,
      ...(metric !== undefined && { metric_info: metric }),
      extra: {},
    });
  }
}
