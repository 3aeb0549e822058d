import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib';
import { promisify } from 'node:util';

/** Bytes that may be sent many times, in plain and compressed form, each made once. */
export class Bytes {
  readonly plain: Buffer;
  private packed: Promise<Buffer> | undefined;

  constructor(plain: Buffer) {
    this.plain = plain;
  }

  /** The bytes as deflate blocks that others can follow: they do not refer to what comes before. */
  deflated(): Promise<Buffer> {
    this.packed ??= deflate(this.plain, { level: 1, finishFlush: constants.Z_FULL_FLUSH });
    return this.packed;
  }
}

/** A body in three parts, so that the middle one, the rows, can be kept ready. */
export interface Body {
  readonly head: string;
  readonly middle: Bytes | null;
  readonly tail: string;
}

const deflate = promisify(deflateRaw);
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);

export function textBody(text: string): Body {
  return { head: text, middle: null, tail: '' };
}

/** The body as one text. */
export function bodyText(body: Body): string {
  return body.head + (body.middle?.plain.toString('utf8') ?? '') + body.tail;
}

/** The body's bytes as they are. */
export function plainBytes(body: Body): Buffer[] {
  return [Buffer.from(body.head), ...(body.middle === null ? [] : [body.middle.plain]), Buffer.from(body.tail)];
}

/** The body as one gzip member, put together from parts that were compressed apart. */
export async function gzipBytes(body: Body): Promise<Buffer[]> {
  const parts = plainBytes(body);
  const trailer = Buffer.alloc(8);
  // zlib's crc32 answers 0 for an empty part, whatever came before.
  trailer.writeUInt32LE(parts.reduce((crc, part) => (part.length === 0 ? crc : crc32(part, crc)), 0));
  trailer.writeUInt32LE(lengthOf(parts) % 2 ** 32, 4);
  const head = deflateRawSync(body.head, { finishFlush: constants.Z_SYNC_FLUSH });
  const middle = body.middle === null ? [] : [await body.middle.deflated()];
  return [GZIP_HEADER, head, ...middle, deflateRawSync(body.tail), trailer];
}

export function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
