import { open, type FileHandle } from 'node:fs/promises';
import { ConfigError, messageOf, ReportError } from '../../base/errors.js';
import type { JsonObject } from '../../base/json.js';
import type { Redactor } from '../../base/redactor.js';
import type { Call } from '../mapping/calls.js';
import type { Origin } from './item.js';

/** What could not be sent: a call, or a row of which no call could be made. */
export interface DeadLetter extends Origin {
  readonly reason: string;
  readonly call?: Call;
  readonly record?: JsonObject;
}

/** Takes what cannot be sent. */
export interface DeadLetterSink {
  write(letter: DeadLetter): Promise<void>;
}

/**
 * Deals with a call that cannot be sent.
 *
 * @param deadLetters null: that ends the run
 * @throws ReportError where it does
 */
export async function setAside(
  deadLetters: DeadLetterSink | null,
  call: Call,
  { stream, line }: Origin,
  reason: string,
): Promise<void> {
  if (deadLetters === null) {
    const what = `the ${call.type} call of line ${line} (stream ${stream}, messageId ${call.messageId})`;
    throw new ReportError(`Segment cannot be sent ${what}. ${reason}. on_error dead_letter would set it aside`);
  }
  await deadLetters.write({ reason, stream, line, call });
}

/** Only its owner may read the file: it holds what Segment would have got, people's data too. */
const PERMISSIONS = 0o600;

/** Appends dead letters to a file, one JSON object a line. */
export class DeadLetterFile implements DeadLetterSink {
  private readonly path: string;
  private readonly redactor: Redactor;
  private file: Promise<FileHandle> | null = null;
  private last: Promise<void> = Promise.resolve();

  constructor(path: string, redactor: Redactor) {
    this.path = path;
    this.redactor = redactor;
  }

  /**
   * Resolves when the letter is on the disk: a state may be told after it then.
   *
   * @throws ConfigError where the file cannot be written
   */
  async write(letter: DeadLetter): Promise<void> {
    const { call, record, ...told } = letter;
    const line = JSON.stringify({
      ...told,
      ...(call !== undefined && { messageId: call.messageId, call }),
      ...(record !== undefined && { record }),
    });
    this.last = this.last.then(() => this.append(`${this.redactor.clean(line)}\n`));
    await this.last;
  }

  async close(): Promise<void> {
    const file = await this.file?.catch(() => null);
    await file?.close();
  }

  private async append(line: string): Promise<void> {
    try {
      this.file ??= open(this.path, 'a', PERMISSIONS);
      const file = await this.file;
      await file.appendFile(line);
      await file.sync();
    } catch (cause) {
      throw new ConfigError(`${this.path}: the dead letter file cannot be written: ${messageOf(cause)}`, { cause });
    }
  }
}
