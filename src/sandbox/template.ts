import type { ByteWriter } from './byte-writer.js';

/** Writes something about a thing. */
export type Write<Thing> = (out: ByteWriter, thing: Thing) => void;

/** What stands in a gap of a template: a number, a word of JSON, bytes that are ready; nothing if it wrote itself. */
type Filling = number | boolean | null | Uint8Array | undefined;

const words = { true: Buffer.from('true'), false: Buffer.from('false'), null: Buffer.from('null') };

/**
 * A text with gaps, each filled by a function of the thing: `` template<Row>`{"id":${(row) => row.id}}` ``. What stands
 * between the gaps is made into bytes once.
 */
export function template<Thing>(
  texts: TemplateStringsArray,
  ...gaps: readonly ((thing: Thing, out: ByteWriter) => Filling)[]
): Write<Thing> {
  const first = Buffer.from(texts[0] ?? '');
  const pieces = gaps.map((fill, index) => ({ fill, after: Buffer.from(texts[index + 1] ?? '') }));
  return (out, thing) => {
    out.raw(first);
    for (const { fill, after } of pieces) {
      const filling = fill(thing, out);
      if (typeof filling === 'number') out.int(filling);
      else if (typeof filling === 'boolean') out.raw(filling ? words.true : words.false);
      else if (filling === null) out.raw(words.null);
      else if (filling !== undefined) out.raw(filling);
      out.raw(after);
    }
  };
}
