import { describe, expect, test } from '@jest/globals';
import { NotAPageError } from '../../src/circle/answer.js';
import { PageReader } from '../../src/circle/page-reader.js';
import { guideOf } from '../../src/circle/row-guide.js';
import { scanPage } from '../../src/circle/scan-page.js';

const view = { check: null, apply: null, readsLetters: false, names: false, guide: null };

// Keys as long as `events` matter: where the cut leaves that much of a string, it is compared with the key.
function bodyWith(tag: string): Buffer {
  const row = `{"id":"a","created_at":"2026-01-01T00:00:00Z","payload":{"tag":["${tag}"],"n":-12.5e1,"b":[true,null]}}`;
  return Buffer.from(
    `{"success":true,"eventss":1,"event":2,"pagination":{"next_page_uri":null},"events":[${row},${row}],"eventz":{},"e":[]}`,
  );
}

describe('a page that is cut at any byte', () => {
  test.each(['{\\"é\\u0000', '{\\"é\\u0001'])(
    'is no page, and never another error: it is asked for again (%s)',
    (tag) => {
      const body = bodyWith(tag);
      expect(new PageReader().read(body, view).sighting.ids).toBe('a\na');
      for (let length = 0; length < body.length; length++) {
        expect(() => new PageReader().read(Buffer.from(body.subarray(0, length)), view)).toThrow(NotAPageError);
        // Bodies are read into larger buffers: what stands behind the cut is another page's.
        expect(() => new PageReader().read(body.subarray(0, length), view)).toThrow(NotAPageError);
      }
    },
  );

  test('is quoted by its own beginning, wherever it is broken', () => {
    const body = bodyWith('x').toString();
    const places = Array.from(body, (_, at) => at).filter((at) => at > 60 && '{}[],:"'.includes(body[at] ?? ''));
    for (const at of places) {
      const broken = Buffer.from(`${body.slice(0, at)}'${body.slice(at)}`);
      let message = '';
      try {
        new PageReader().read(broken, view);
      } catch (error) {
        message = String(error);
      }
      if (message.includes('begins with')) expect(message).toContain(JSON.stringify(body.slice(0, 60)));
    }
    expect(() => new PageReader().read(Buffer.from(`${body}x`), view)).toThrow(JSON.stringify(body.slice(0, 60)));
  });

  test('is no page for one who looks at its bytes, either', () => {
    const body = bodyWith('{\\"é\\u0001');
    const guide = guideOf({ properties: { id: {}, created_at: {} } });
    if (guide === null) throw new Error('no guide');
    expect(scanPage(body, guide, false)?.sighting.ids).toBe('a\na');
    for (let length = 0; length < body.length; length++) {
      expect(scanPage(Buffer.from(body.subarray(0, length)), guide, false)).toBeNull();
      expect(scanPage(body.subarray(0, length), guide, false)).toBeNull();
    }
  });
});
