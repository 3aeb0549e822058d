/** What the run has done so far: for the progress line, the metrics and the summary. */
export class TargetStats {
  /** Rows read, by stream. */
  readonly rows = new Map<string, number>();
  requests = 0;
  retries = 0;
  private readonly now: () => number;
  private readonly began: number;
  private ended: number | null = null;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.now = now;
    this.began = now();
  }

  rowRead(stream: string): void {
    this.rows.set(stream, (this.rows.get(stream) ?? 0) + 1);
  }

  get allRows(): number {
    let all = 0;
    for (const rows of this.rows.values()) all += rows;
    return all;
  }

  end(): void {
    this.ended ??= this.now();
  }

  get seconds(): number {
    return ((this.ended ?? this.now()) - this.began) / 1000;
  }
}
