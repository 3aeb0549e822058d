import type { Writable } from 'node:stream';

/** How often the line is drawn anew, at most. */
const EVERY_MS = 200;

/** One line at the bottom of a terminal that is drawn over and over. */
export class ProgressLine {
  private readonly stream: Writable;
  private readonly text: () => string;
  private readonly timer: NodeJS.Timeout;
  private isShown = false;

  /** @param text what to show now */
  constructor(stream: Writable, text: () => string) {
    this.stream = stream;
    this.text = text;
    this.timer = setInterval(() => this.draw(), EVERY_MS).unref();
  }

  draw(): void {
    const columns = 'columns' in this.stream && typeof this.stream.columns === 'number' ? this.stream.columns : 80;
    this.stream.write(`\r\u001b[2K${this.text().slice(0, columns - 1)}`);
    this.isShown = true;
  }

  /** Takes the line away, before another line is written. */
  clear(): void {
    if (this.isShown) this.stream.write('\r\u001b[2K');
    this.isShown = false;
  }

  end(): void {
    clearInterval(this.timer);
    this.clear();
  }
}
