import { formatInstant, instantOfMillis } from '../base/instant.js';
import type { JsonObject } from '../base/json.js';
import { LineBlock } from '../io/line-block.js';
import type { Output } from '../io/output.js';
import type { StreamState } from '../sync/cursor.js';
import { StoppedError, type Batch, type SelectedStream, type Sink } from '../sync/sink.js';
import type { SingerState } from './state.js';

export interface SingerSinkOptions {
  readonly output: Output;
  readonly state: SingerState;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Whether full-table streams get ACTIVATE_VERSION messages. */
  readonly activateVersions: boolean;
  /** False where rows are only tried: no state may come of that. */
  readonly writesState: boolean;
}

/**
 * Writes Singer messages: SCHEMA, then RECORDs with the STATE that covers them behind each page. A STATE like the last
 * one is not written again, unless something came after it: the very last line is always a STATE.
 */
export class SingerSink implements Sink {
  private readonly options: SingerSinkOptions;
  private readonly block = new LineBlock();
  private lastState: string | null = null;
  private endsWithState = false;
  private version: number | null = null;

  constructor(options: SingerSinkOptions) {
    this.options = options;
  }

  async started(stream: SelectedStream): Promise<void> {
    this.endsWithState = false;
    await this.options.output.write(schemaMessage(stream) + '\n');
    const versioned = this.options.activateVersions && stream.method === 'FULL_TABLE';
    this.version = versioned ? this.options.now() : null;
  }

  async rows(stream: SelectedStream, batch: Batch, state: StreamState | null): Promise<void> {
    const { output, now, signal } = this.options;
    const before = Buffer.from(`{"type":"RECORD","stream":${JSON.stringify(stream.definition.name)},"record":`);
    const version = this.version === null ? '' : `,"version":${this.version}`;
    const after = Buffer.from(`${version},"time_extracted":"${formatInstant(instantOfMillis(now()))}"}`);
    const { page, indexes } = batch;
    const { block } = this;
    if (indexes.length > 0) this.endsWithState = false;
    for (const index of indexes) {
      block.addBytes(before, page.records, page.offsets[2 * index] ?? 0, page.offsets[2 * index + 1] ?? 0, after);
      if (!block.isFull) continue;
      await output.write(block.take());
      if (signal.aborted) throw new StoppedError();
    }
    if (state !== null) this.options.state.set(stream.definition.name, state);
    const line = state === null ? null : this.nextStateLine();
    if (line !== null) block.addText(line);
    await output.write(block.take());
    if (line !== null) this.stateWritten(line);
  }

  async finished(stream: SelectedStream, state: StreamState): Promise<void> {
    const { output } = this.options;
    if (this.version !== null) {
      const { name } = stream.definition;
      // Only now: a target takes it as the word that all rows of the version are there, and may delete the others.
      await output.write(JSON.stringify({ type: 'ACTIVATE_VERSION', stream: name, version: this.version }) + '\n');
      this.endsWithState = false;
    }
    this.options.state.set(stream.definition.name, state);
    await this.writeState();
  }

  failed(): Promise<void> {
    return Promise.resolve();
  }

  /** Makes the last safe state the last line, also behind records that no state covers yet. */
  async ended(): Promise<void> {
    if (this.lastState === null) await this.writeState();
    else if (!this.endsWithState) await this.options.output.write(this.lastState + '\n');
    await this.options.output.flush();
  }

  private async writeState(): Promise<void> {
    const line = this.nextStateLine();
    if (line === null) return;
    await this.options.output.write(line + '\n');
    this.stateWritten(line);
  }

  /** null where it would say what the last line said. */
  private nextStateLine(): string | null {
    if (!this.options.writesState) return null;
    const line = stateMessage(this.options.state.toJson());
    return line === this.lastState && this.endsWithState ? null : line;
  }

  private stateWritten(line: string): void {
    this.lastState = line;
    this.endsWithState = true;
  }
}

export function schemaMessage({ definition, shape, method }: SelectedStream): string {
  return JSON.stringify({
    type: 'SCHEMA',
    stream: definition.name,
    schema: shape.schema,
    key_properties: definition.keyProperties,
    ...(method === 'INCREMENTAL' && { bookmark_properties: [definition.replicationKey] }),
  });
}

function stateMessage(value: JsonObject): string {
  return JSON.stringify({ type: 'STATE', value });
}
