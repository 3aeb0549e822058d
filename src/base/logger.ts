import type { JsonObject } from './json.js';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'critical';

/** One measurement, in the words of the Singer metrics (`INFO METRIC: {...}`). */
export interface Metric {
  readonly type: 'counter' | 'timer';
  readonly metric: string;
  readonly value: number;
  readonly tags: JsonObject;
}

/**
 * Where messages for people go: stderr in a Singer run, LOG messages in an Airbyte one. The implementation takes
 * secrets out. `stream` names the stream that a message is about.
 */
export interface Logger {
  log(level: LogLevel, message: string, stream?: string): void;
  metric(metric: Metric): void;
}
