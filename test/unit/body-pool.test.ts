import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BodyPool } from '../../src/circle/body-pool.js';

/** What may come back: nothing, a part of the memory that Node shares among small buffers, memory of its own. */
const given = [
  (): Buffer => Buffer.alloc(0),
  (): Buffer => Buffer.from('small'),
  (): Buffer => Buffer.allocUnsafeSlow(100),
  (): Buffer => Buffer.allocUnsafeSlow(300_000).subarray(0, 7),
];

test('no two bodies are ever read into the same memory, whatever was given back and however they grow', () => {
  const step = fc.record({
    gives: fc.constantFrom(...given, null),
    announced: fc.nat(500_000),
    needed: fc.nat(400_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const pool = new BodyPool();
      const inUse = new Set<ArrayBufferLike>([Buffer.from('shared by Node').buffer]);
      for (const { gives, announced, needed } of steps) {
        if (gives !== null) pool.give(gives());
        let buffer = pool.take(announced);
        if (needed > buffer.length) buffer = pool.grow(buffer, buffer.length, needed);
        expect(buffer.length).toBeGreaterThanOrEqual(needed);
        expect(inUse).not.toContain(buffer.buffer);
        inUse.add(buffer.buffer);
      }
    }),
    { numRuns: 200 },
  );
});
