import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NotAPageError } from '../../src/circle/answer.js';
import { DecodingThread } from '../../src/circle/decoding-thread.js';
import type { Endpoint } from '../../src/circle/endpoint.js';
import { recordOf, type Page } from '../../src/circle/page.js';
import { DecoderLostError } from '../../src/circle/page-decoder.js';
import { ThreadedDecoder } from '../../src/circle/threaded-decoder.js';
import { endpointOf } from '../../src/sync/endpoint-of.js';
import { everyStream } from '../../src/sync/every-stream.js';
import { flatten } from '../../src/sync/flatten.js';
import { hashed } from '../../src/sync/hash-fields.js';
import { rowViewOf, viewRecipe } from '../../src/sync/row-view.js';
import { chain, select } from '../../src/sync/shape.js';
import type { SelectedStream } from '../../src/sync/sink.js';
import { executable } from '../support/tap.js';

const file = pathToFileURL(executable('decoding-thread'));
const paths = { eventsPath: '/e', visitsPath: '/v', eventNames: [] };

async function endpointFor(change: (stream: SelectedStream) => SelectedStream): Promise<Endpoint> {
  const [events] = everyStream();
  if (events === undefined) throw new Error('no stream');
  const stream = change(events);
  const recipe = viewRecipe(stream, { checks: true, names: true });
  return endpointOf(stream.definition, paths, { recipe, view: await rowViewOf(recipe) });
}

const steps = {
  select: (stream: SelectedStream) => select(stream.rowSchema, (path) => path.join('.') !== 'payload.initiator.email'),
  hash: (stream: SelectedStream) => hashed(stream.shape.schema, [['payload', 'initiator', 'email']], 'pepper'),
  flatten: (stream: SelectedStream) =>
    flatten(stream.shape.schema, { maxDepth: 2, separator: '__', maxKeyLength: 100 }),
};

/** Everything that was decoded, as text: bytes of records, and what is kept of rows. */
function told(page: Page): unknown {
  const records = Array.from({ length: page.sighting.count }, (_, index) => text(page, index));
  return { ...page, records, offsets: null };
}

function text(page: Page, index: number): string {
  return Buffer.from(recordOf(page, index)).toString('latin1');
}

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('zoë', '\u2028', '\ud800', 'a\nb'),
);
const anyRow = fc.record({
  id: fc.oneof(fc.uuid(), anyText, fc.integer()),
  name: fc.oneof(anyText, fc.constant(null)),
  created_at: fc.oneof(fc.constantFrom('2026-01-31T00:00:00.120Z', '2026-01-01T10:00:00+02:00', null), anyText),
  payload: fc.record({ initiator: fc.record({ email: anyText, id: fc.maxSafeInteger() }), tags: fc.array(anyText) }),
});

/** JSON as a server may write it: some characters as escapes, some as bytes. */
function body(rows: readonly object[], escapes: boolean): Buffer {
  const json = JSON.stringify({ events: rows, pagination: { next_page_uri: '/ü?page=2' } });
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return Buffer.from(escapes ? json.replace(/[^ -~]/g, escaped) : json);
}

describe('the decoding thread', () => {
  let thread: DecodingThread;
  let endpoints: Endpoint[];
  beforeAll(async () => {
    thread = new DecodingThread(file, () => undefined);
    endpoints = await Promise.all([
      endpointFor((stream) => stream),
      endpointFor((stream) => ({ ...stream, shape: steps.select(stream) })),
      endpointFor((stream) => ({ ...stream, shape: chain(steps.select(stream), () => steps.hash(stream)) })),
      endpointFor((stream) => ({ ...stream, shape: steps.flatten(stream) })),
    ]);
  });
  afterAll(() => thread.end());

  test('reads every page as this thread does, whatever is to be done with its rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 60 }), fc.boolean(), fc.nat(3), async (rows, escapes, which) => {
        const endpoint = endpoints[which];
        if (endpoint === undefined) throw new Error('no endpoint');
        const here = await new ThreadedDecoder(file, Date.now)
          .decode(body(rows, escapes), endpoint)
          .then(told, messageOf);
        const there = await thread.decode(body(rows, escapes), endpoint).then(told, messageOf);
        expect(there).toEqual(here);
      }),
      { numRuns: 300 },
    );
  });

  test('tells what is no page, with the class of the error', async () => {
    const [endpoint] = endpoints;
    if (endpoint === undefined) throw new Error('no endpoint');
    const decoded = thread.decode(Buffer.from('{"events":[{}]}'), endpoint);
    expect(await decoded.catch((error: unknown) => error)).toBeInstanceOf(NotAPageError);
    await expect(decoded).rejects.toThrow(/no id/);
  });
});

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.constructor.name}: ${error.message}` : 'no error';
}

describe('a decoding thread that ends', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'thread-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  test.each([
    ['by itself', "parentPort.on('message', () => process.exit(1)); parentPort.postMessage('ready');"],
    ['by an error', "parentPort.on('message', () => { throw 1; }); parentPort.postMessage('ready');"],
    ['before it began', 'throw new Error();'],
  ])('%s loses its pages, says so, and the next ones are read without it', async (_, code) => {
    const path = join(folder, 'thread.mjs');
    await writeFile(path, `import { parentPort } from 'node:worker_threads'; ${code}`);
    const endpoint = await endpointFor((stream) => stream);
    const decoder = new ThreadedDecoder(pathToFileURL(path), Date.now, {
      bytesBeforeThread: 0,
      leastBody: 0,
      periodMs: 500,
    });
    const pageBody = (): Buffer => body([{ id: 'a' }], false);
    let lost = 0;
    for (let page = 0; page < 40; page++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      try {
        expect((await decoder.decode(pageBody(), endpoint)).sighting.ids).toBe('a');
      } catch (error) {
        expect(error).toBeInstanceOf(DecoderLostError);
        lost++;
      }
    }
    decoder.close();
    // Before it is ready nothing is handed to it.
    expect(lost).toBe(code.startsWith('throw') ? 0 : 1);
  });
});

describe('a decoding thread', () => {
  test.each([
    ['is started where pages come fast', 1, 1],
    ['is not started where pages come slowly, as many as there may be', 300, 0],
  ])('%s', async (_, millisAPage, started) => {
    const folder = await mkdtemp(join(tmpdir(), 'thread-'));
    const marker = join(folder, 'started');
    const path = join(folder, 'thread.mjs');
    await writeFile(path, `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(marker)}, '');`);
    const endpoint = await endpointFor((stream) => stream);
    let now = 1e12;
    const thresholds = { leastBody: 0, bytesBeforeThread: 3000, periodMs: 500 };
    const decoder = new ThreadedDecoder(pathToFileURL(path), () => now, thresholds);
    const rows = [{ id: 'a', filler: 'x'.repeat(1000) }];
    for (let page = 0; page < 30; page++) {
      now += millisAPage;
      expect((await decoder.decode(body(rows, false), endpoint)).sighting.ids).toBe('a');
    }
    decoder.close();
    expect(existsSync(marker) ? 1 : 0).toBe(started);
    await rm(folder, { recursive: true });
  });
});
