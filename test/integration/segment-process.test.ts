import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { circleRecord, circleRecords, circleSchema, state } from '../support/segment-rows.js';
import { SegmentServer } from '../support/segment-server.js';
import { ending, lines, peakMegabytes, runTarget, settingsFor, startTarget } from '../support/segment-target.js';

let segment: SegmentServer;
let folder = '';

beforeEach(async () => {
  segment = await SegmentServer.start();
  folder = mkdtempSync(join(tmpdir(), 'segment-process-'));
});
afterEach(async () => {
  await segment.close();
  rmSync(folder, { recursive: true });
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let waited = 0; !isTrue(); waited += 20) {
    if (waited > 20_000) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('signals and pipes', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: what was read arrives, the last safe state is told, and it dies by it',
    async (signal) => {
      const child = startTarget({ settings: settingsFor(segment) });
      const ended = ending(child);
      child.stdin.write(lines(circleSchema, ...circleRecords(0, 250), state(1), ...circleRecords(250, 30)));
      await until(() => segment.taken.size >= 200);
      child.kill(signal);
      const run = await ended;
      expect({ code: run.code, signal: run.signal, states: run.states }).toEqual({ code: null, signal, states: ['1'] });
      expect(segment.taken.size).toBe(281);
      expect(run.told.at(-1)).toMatch(/WARNING Stopped by a signal/);
    },
  );

  test('SIGTERM while Segment does not answer: it dies by it soon, and tells no state', async () => {
    segment.reply = () => 'hang';
    const child = startTarget({ settings: settingsFor(segment) });
    const ended = ending(child);
    child.stdin.write(lines(circleSchema, ...circleRecords(0, 250), state(1)));
    await until(() => segment.requests.length > 0);
    // Soon: the request alone would take 30 s, and its retries 900; `signals-segment` looks at the time.
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ signal: 'SIGTERM', states: [] });
  });

  test('nobody reads the states: one line, exit code 1', async () => {
    const child = startTarget({ settings: settingsFor(segment) });
    const ended = ending(child);
    child.stdout.destroy();
    child.stdin.on('error', () => undefined);
    child.stdin.write(lines(circleSchema, ...circleRecords(0, 10), state(1)));
    await until(() => segment.taken.size > 0);
    child.stdin.write(lines(...circleRecords(20, 200), state(2), ...circleRecords(300, 200), state(3)));
    const run = await ended;
    expect(run).toMatchObject({ code: 1, signal: null });
    expect(run.told.filter((line) => line.startsWith('CRITICAL'))).toEqual([expect.stringMatching(/broken pipe/)]);
    expect(run.stderr).not.toMatch(/^\s+at /m);
  });

  test('a Segment that does not answer stops the reading: neither rows nor states pile up', async () => {
    segment.reply = () => 'hang';
    const child = startTarget({ settings: settingsFor(segment) });
    const ended = ending(child);
    child.stdin.on('error', () => undefined);
    child.stdin.write(lines(circleSchema));
    const chunk = lines(...circleRecords(0, 1000), state({ text: 'x'.repeat(10_000) }));
    for (let n = 0; n < 80; n++) child.stdin.write(chunk);
    await until(() => segment.mostAtOnce >= 8);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // Of 30 MB most were not taken: eight batches, the one in the making, and what lies in the pipe.
    expect(child.stdin.writableLength).toBeGreaterThan(20_000_000);
    expect(segment.mostAtOnce).toBe(8);
    expect(peakMegabytes(child.pid)).toBeLessThan(200);
    child.kill('SIGKILL');
    await ended;
  });

  test('lines of many megabytes are read', async () => {
    const mapping = join(folder, 'map.json');
    const entry = { stream: 'docs', call: 'track', event: 'Doc Saved', user_id: 'id', properties: { doc: 'id' } };
    writeFileSync(mapping, JSON.stringify({ mappings: [entry] }));
    const schema = {
      type: 'SCHEMA',
      stream: 'docs',
      key_properties: ['id'],
      schema: { type: 'object', properties: { id: { type: 'string' }, text: { type: 'string' } } },
    };
    const record = { type: 'RECORD', stream: 'docs', record: { id: 'a', text: 'é"'.repeat(5_000_000) } };
    const run = await runTarget({
      settings: { ...settingsFor(segment), mapping_file: mapping },
      input: lines(schema, record, state(1)),
    });
    expect(run).toMatchObject({ code: 0, states: ['1'] });
    expect(segment.calls).toMatchObject([{ userId: 'a', properties: { doc: 'a' } }]);
  });
});

describe('the start', () => {
  test('loads the compiler of schemas at the first stream, and Segment’s library at the first row', async () => {
    /** The files of the program that were loaded. */
    const loaded = async (input: string): Promise<string[]> => {
      const coverage = mkdtempSync(join(folder, 'coverage-'));
      const child = startTarget({ settings: settingsFor(segment), env: { NODE_V8_COVERAGE: coverage } });
      const ended = ending(child);
      child.stdin.end(input);
      expect((await ended).code).toBe(0);
      const texts = readdirSync(coverage).map((name) => readFileSync(join(coverage, name), 'utf8'));
      return [...texts.join('').matchAll(/"url":"file:[^"]*\/([^"/]+\.js)"/g)].map(([, file]) => file ?? '');
    };
    const nothing = await loaded(lines(state(1)));
    expect(nothing).toContain('target-segment.js');
    expect(nothing).not.toContain('stream-schema.js');
    expect(nothing).not.toContain('batch-client.js');
    const schema = await loaded(lines(circleSchema, state(1)));
    expect(schema).toContain('stream-schema.js');
    expect(schema).not.toContain('batch-client.js');
    expect(await loaded(lines(circleSchema, circleRecord('a')))).toContain('batch-client.js');
  });
});
