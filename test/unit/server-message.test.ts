import { describe, expect, test } from '@jest/globals';
import { serverMessage } from '../../src/circle/errors.js';

describe('the words in an error body', () => {
  test.each([
    ['{"message":"Not allowed","errors":"Not allowed"}', 'Not allowed'],
    ['<html><head><title lang="en">502\n Bad Gateway</title></head>', '502 Bad Gateway'],
    ['<h1>Try</h1><p class="a">later</p>', 'Try later'],
    ['a < b, and no tag', 'a < b, and no tag'],
  ])('%s', (body, words) => {
    expect(serverMessage(body)).toBe(words);
  });

  test.each(['<', '<title', '<title ', '<p ', ' ', '{"message":'])(
    '64 kB of "%s" are read in a moment, since nothing else runs meanwhile',
    (piece) => {
      // Processor time: a busy machine changes nothing about it. It was two seconds once.
      const before = process.cpuUsage().user;
      serverMessage(piece.repeat(65_536 / piece.length));
      expect(process.cpuUsage().user - before).toBeLessThan(200_000);
    },
  );
});
