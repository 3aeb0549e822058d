import { LineBlock } from '../io/line-block.js';
import type { Output } from '../io/output.js';
import type { StreamState } from '../sync/cursor.js';
import { StoppedError, type Batch, type SelectedStream, type Sink } from '../sync/sink.js';
import type { Messages } from './messages.js';
import { streamStateBlob } from './state.js';

export interface AirbyteSinkOptions {
  readonly output: Output;
  readonly messages: Messages;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** The refresh that a stream is read for, where it is one that a retry may go on with. */
  readonly generationOf: (stream: SelectedStream) => number | null;
}

/** A wait is told again where it ends at least so much later than the one that was told. */
const WORTH_TELLING_MS = 1000;

/**
 * Writes Airbyte messages (airbyte_protocol.yaml). For each stream: STARTED, RUNNING with the first page, the
 * RECORDs of a page with the STATE that covers them behind, COMPLETE; or the error and INCOMPLETE. A STATE like the one
 * before is not written, and its records count for the next one.
 */
export class AirbyteSink implements Sink {
  private readonly options: AirbyteSinkOptions;
  private readonly block = new LineBlock();
  private current: string | null = null;
  /** Whether RUNNING is the last that was told of the stream, without a reason to wait. */
  private isRunning = false;
  private lastState: string | null = null;
  private recordsSinceState = 0;
  /** Until when the runner believes that nothing comes. */
  private quotaReset = 0;

  constructor(options: AirbyteSinkOptions) {
    this.options = options;
  }

  async started({ definition }: SelectedStream): Promise<void> {
    this.current = definition.name;
    this.isRunning = false;
    this.lastState = null;
    this.recordsSinceState = 0;
    this.quotaReset = 0;
    await this.options.messages.streamStatus(definition.name, 'STARTED');
  }

  async rows(stream: SelectedStream, { page, indexes }: Batch, state: StreamState | null): Promise<void> {
    const { output, now, signal } = this.options;
    const { name } = stream.definition;
    const { block } = this;
    if (!this.isRunning) block.addText(this.options.messages.statusLine(name, 'RUNNING'));
    this.isRunning = true;
    const before = Buffer.from(`{"type":"RECORD","record":{"stream":${JSON.stringify(name)},"data":`);
    const after = Buffer.from(`,"emitted_at":${now()}}}`);
    for (const index of indexes) {
      block.addBytes(before, page.records, page.offsets[2 * index] ?? 0, page.offsets[2 * index + 1] ?? 0, after);
      this.recordsSinceState++;
      if (!block.isFull) continue;
      await output.write(block.take());
      if (signal.aborted) throw new StoppedError();
    }
    if (state !== null) this.addState(name, streamStateBlob(state, this.options.generationOf(stream)));
    await output.write(block.take());
  }

  async finished({ definition: { name } }: SelectedStream, state: StreamState): Promise<void> {
    // The refresh is over: the next one must not go on from here.
    this.addState(name, streamStateBlob(state, null));
    this.block.addText(this.options.messages.statusLine(name, 'COMPLETE'));
    this.current = null;
    await this.options.output.write(this.block.take());
  }

  async failed({ definition: { name } }: SelectedStream, error: unknown): Promise<void> {
    this.current = null;
    await this.options.messages.error(error, name);
    await this.options.messages.streamStatus(name, 'INCOMPLETE');
  }

  /** The API asked to wait. Told at once, since for as long as it lasts nothing else is. */
  rateLimited(stream: string, waitMs: number): void {
    const quotaReset = this.options.now() + Math.round(waitMs);
    if (stream !== this.current || quotaReset < this.quotaReset + WORTH_TELLING_MS) return;
    this.quotaReset = quotaReset;
    this.isRunning = false;
    const line = this.options.messages.statusLine(stream, 'RUNNING', quotaReset);
    // The next write of the sink meets the failure of a closed output as well.
    this.options.output.write(line + '\n').catch(() => undefined);
  }

  /** The last of a run. A stream that a signal interrupted is not whole; its last STATE is the one to go on from. */
  async ended(): Promise<void> {
    if (this.current !== null) await this.options.messages.streamStatus(this.current, 'INCOMPLETE');
    await this.options.output.flush();
  }

  private addState(name: string, blob: object): void {
    const state = JSON.stringify(blob);
    if (state === this.lastState) return;
    const stream = `"stream":{"stream_descriptor":{"name":${JSON.stringify(name)}},"stream_state":${state}}`;
    const stats = `"sourceStats":{"recordCount":${this.recordsSinceState}}`;
    this.block.addText(`{"type":"STATE","state":{"type":"STREAM",${stream},${stats}}}`);
    this.lastState = state;
    this.recordsSinceState = 0;
  }
}
