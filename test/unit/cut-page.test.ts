import { expect, test } from '@jest/globals';
import { NotAPageError } from '../../src/circle/answer.js';
import { PageReader } from '../../src/circle/page-reader.js';

test('a page that is cut at any byte is no page, and never another error: it is asked for again', () => {
  // Keys as long as `events` matter: where the cut leaves that much of a string, it is compared with the key.
  const row = '{"id":"a","created_at":"2026-01-01T00:00:00Z","payload":{"tag":["{\\"é\\u0000"]}}';
  const body = Buffer.from(
    `{"success":true,"eventss":1,"event":2,"pagination":{"next_page_uri":null},"events":[${row},${row}],"eventz":{},"e":[]}`,
  );
  const view = { check: null, apply: null, readsLetters: false, names: false };
  expect(new PageReader().read(body, view).sighting.ids).toBe('a\na');
  for (let length = 0; length < body.length; length++) {
    expect(() => new PageReader().read(Buffer.from(body.subarray(0, length)), view)).toThrow(NotAPageError);
    // Bodies are read into larger buffers: what stands behind the cut is another page's.
    expect(() => new PageReader().read(body.subarray(0, length), view)).toThrow(NotAPageError);
  }
});
