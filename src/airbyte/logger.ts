import type { Logger, LogLevel } from '../base/logger.js';
import type { LogMessageLevel, Messages } from './messages.js';

/** From the least to the most important, with the protocol's word for each. */
const levels: Readonly<Record<LogLevel, { readonly rank: number; readonly word: LogMessageLevel }>> = {
  debug: { rank: 0, word: 'DEBUG' },
  info: { rank: 1, word: 'INFO' },
  warning: { rank: 2, word: 'WARN' },
  error: { rank: 3, word: 'ERROR' },
  critical: { rank: 4, word: 'FATAL' },
};

/** Messages for people as LOG messages on stdout: in an Airbyte run stderr is for crashes alone. */
export class AirbyteLogger implements Logger {
  private readonly messages: Messages;
  private readonly lowest: LogLevel;

  constructor(messages: Messages, lowest: LogLevel) {
    this.messages = messages;
    this.lowest = lowest;
  }

  log(level: LogLevel, message: string, stream?: string): void {
    const { rank, word } = levels[level];
    if (rank < levels[this.lowest].rank) return;
    const text = stream === undefined || message.startsWith(stream) ? message : `${stream}: ${message}`;
    // Whoever writes next meets the failure of a closed output as well, and can end the run.
    this.messages.log(word, text).catch(() => undefined);
  }

  /** The protocol has no measurements; what they count is told in the summary of a stream. */
  metric(): void {
    // Nothing to tell.
  }
}
