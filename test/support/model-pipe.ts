import { Writable } from 'node:stream';
import type { JsonObject } from '../../src/base/json.js';
import { Output } from '../../src/io/output.js';

/** A STATE as the reader of the pipe saw it. */
export interface SeenState {
  readonly text: string;
  readonly value: JsonObject;
  /** How many records came before it. */
  readonly records: number;
}

interface Line {
  readonly type: string;
  readonly record?: { readonly id: string };
  readonly value?: JsonObject;
}

/** The other end of the pipe that the Singer sink writes to: reads lines up to the one at which the run is killed. */
export class PipeEnd {
  readonly records: string[] = [];
  readonly states: SeenState[] = [];
  readonly output: Output;
  isBroken = false;
  private left: number;

  /** @param killAfter so many records and states are read; null is all */
  constructor(killAfter: number | null) {
    this.left = killAfter ?? Number.POSITIVE_INFINITY;
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.read(chunk.toString());
        done(this.isBroken ? Object.assign(new Error('gone'), { code: 'EPIPE' }) : null);
      },
    });
    this.output = new Output(stream);
  }

  get lastState(): SeenState | undefined {
    return this.states.at(-1);
  }

  /**
   * How many records a state covers. A run that is stopped repeats its last state behind rows that it does not cover:
   * what counts is where it came first.
   *
   * @param given the state that the run began with; where none other came, no record is covered
   */
  coveredRecords(given: string): number {
    const last = this.lastState;
    if (last === undefined || this.states.every(({ text }) => text === given)) return 0;
    return this.states.find(({ text }) => text === last.text)?.records ?? 0;
  }

  private read(chunk: string): void {
    if (!chunk.endsWith('\n') && chunk !== '') throw new Error('a line was cut between two writes');
    for (const text of chunk.split('\n').slice(0, -1)) {
      const line = JSON.parse(text) as Line;
      if (line.type === 'SCHEMA' || this.isBroken) continue;
      if (this.left-- <= 0) {
        this.isBroken = true;
      } else if (line.record !== undefined) {
        this.records.push(line.record.id);
      } else if (line.value !== undefined) {
        this.states.push({ text: JSON.stringify(line.value), value: line.value, records: this.records.length });
      }
    }
  }
}
