import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { circleRecord, circleRecords, circleSchema, state } from '../support/segment-rows.js';
import { SegmentServer } from '../support/segment-server.js';
import { lines, runTarget, settingsFor, WRITE_KEY } from '../support/segment-target.js';

let segment: SegmentServer;
let folder = '';

beforeEach(async () => {
  segment = await SegmentServer.start();
  folder = mkdtempSync(join(tmpdir(), 'segment-cli-'));
});
afterEach(async () => {
  await segment.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('the command line', () => {
  test('--version, --help and --about tell what they say, and read nothing', async () => {
    expect(await runTarget({ args: ['--version'] })).toMatchObject({
      code: 0,
      stdout: `target-segment ${packageJson.version}\n`,
    });
    const help = await runTarget({ args: ['--help'] });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const option of ['--config', '--dry-run', '--about', '--format', '--version', '--help']) {
      expect(help.stdout).toContain(option);
    }
    const about = await runTarget({ args: ['--about', '--format', 'json'] });
    expect(JSON.parse(about.stdout)).toMatchObject({ name: 'target-segment', settings: { required: ['write_key'] } });
  });

  test.each([
    [['--conf', 'x'], /Unknown argument.*--help/],
    [['x'], /Unknown argument: x/],
    [[], /--config is missing: name a file with settings, or ENV/],
    [['--about', '--format', 'yaml'], /Invalid values/],
  ])('%j is a usage error: exit code 2', async (args, message) => {
    const run = await runTarget({ args });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.told).toEqual([expect.stringMatching(message)]);
  });

  test('settings come from files, later ones over earlier, and the environment over all', async () => {
    const one = file('one.json', { write_key: 'wrong', host: 'http://127.0.0.1:1', events_per_second: 0 });
    const two = file('two.json', { write_key: WRITE_KEY, host: 'http://127.0.0.1:2' });
    const run = await runTarget({
      args: ['--config', one, '--config', two, '--config', 'ENV'],
      settings: { host: segment.url },
      input: lines(circleSchema, circleRecord('a'), state(1)),
    });
    expect(run).toMatchObject({ code: 0, states: ['1'] });
    expect(segment.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`);
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{"write_key": "secret-key-1"', /config\.json: the configuration file is not valid JSON/],
    ['no object', [1], /config\.json: the configuration must be a JSON object/],
    ['no write key', {}, /config\.json: write_key is missing/],
    [
      'a wrong value',
      { write_key: 'secret-key-1', identify: 'often' },
      /config\.json: identify must be one of on_change/,
    ],
    [
      'a mapping file that is not there',
      { write_key: 'secret-key-1', mapping_file: '/nowhere/map.json' },
      /\/nowhere\/map\.json: the mapping file cannot be read/,
    ],
  ])('a configuration with %s is one line, exit code 1', async (_what, content, message) => {
    const run = await runTarget({ args: ['--config', file('config.json', content)] });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.told).toEqual([expect.stringMatching(message)]);
    expect(run.stderr).not.toContain('secret-key-1');
  });

  test('structured logs have every field that Meltano’s parser wants', async () => {
    const run = await runTarget({
      settings: { ...settingsFor(segment), log_format: 'json' },
      input: lines(circleSchema, circleRecord('a')),
    });
    const logs = run.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { metric_info?: { metric: string } });
    for (const log of logs) {
      for (const key of [
        'level',
        'pid',
        'logger_name',
        'ts',
        'thread_name',
        'app_name',
        'stream_name',
        'message',
        'extra',
      ]) {
        expect(log).toHaveProperty(key);
      }
    }
    const metrics = logs.flatMap(({ metric_info: metric }) => (metric === undefined ? [] : [metric.metric]));
    expect(metrics).toEqual(['record_count', 'http_request_count', 'job_duration']);
  });
});

describe('--dry-run', () => {
  test('prints each call as a line of JSON, no state, and sends nothing; needs no settings', async () => {
    const run = await runTarget({ args: ['--dry-run'], input: lines(circleSchema, ...circleRecords(0, 3), state(1)) });
    expect(run.code).toBe(0);
    expect(run.states.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { type: 'identify', userId: 'ada7', traits: { email: 'ada@example.com' } },
      ...[0, 1, 2].map((n) => ({ type: 'track', event: 'Space Left', messageId: expect.stringMatching(`:row-${n}$`) })),
    ]);
    expect(run.told).toEqual([expect.stringMatching(/^INFO segment: 3 rows, 4 calls, 4 printed, 0 requests/)]);
    const keyed = await runTarget({
      args: ['--dry-run', '--config', 'ENV'],
      settings: settingsFor(segment),
      input: lines(circleSchema, circleRecord('a')),
    });
    expect(keyed.stdout).not.toContain(WRITE_KEY);
    expect(segment.requests).toEqual([]);
  });

  test('finds what could not be sent', async () => {
    const bad = lines(circleSchema, circleRecord('a', { triggered_at: 'x' }), circleRecord('b'));
    expect(await runTarget({ args: ['--dry-run'], input: bad })).toMatchObject({ code: 1 });
    const dead = file('dead.jsonl', '');
    const settings = { ...settingsFor(segment), on_error: 'dead_letter', dead_letter_file: dead };
    const run = await runTarget({ args: ['--dry-run', '--config', 'ENV'], settings, input: bad });
    expect(run.code).toBe(0);
    expect(run.told.join('\n')).toMatch(/Line 2 would be set aside in the dead letter file/);
    expect(readFileSync(dead, 'utf8')).toBe('');
  });
});

describe('input that is wrong', () => {
  test.each<[string, string | object, RegExp]>([
    ['broken JSON', '{"type":"RECORD","stream":"events","record":{', /Line 13 of the input is not valid JSON/],
    ['no message', '"hello"', /Line 13 of the input is no JSON object/],
    [
      'a RECORD before its SCHEMA',
      { ...circleRecord('x'), stream: 'other' },
      /Line 13 of the input is a RECORD of other before its SCHEMA/,
    ],
    [
      'BATCH',
      { type: 'BATCH', stream: 'events', manifest: [] },
      /Line 13 of the input is a BATCH, which this target does not read/,
    ],
    ['an unknown type', { type: 'LOG' }, /Line 13 of the input has the type "LOG"/],
    [
      'a row that does not fit',
      circleRecord('x', { version: 7 }),
      /Line 13 of the input \(events\) does not fit its schema: version must be string or null/,
    ],
    [
      'a row without a time',
      circleRecord('x', { triggered_at: null }),
      /Line 13 of the input \(events\) has no valid time in triggered_at/,
    ],
    [
      'a schema that is none',
      { ...circleSchema, schema: { type: 'nothing' } },
      /Line 13 of the input \(SCHEMA of events\) has a schema that cannot be used/,
    ],
    [
      'endless nesting',
      `{"type":"RECORD","stream":"events","record":{"id":"x","name":"spaces.left","created_at":"2026-01-01T00:00:00Z","triggered_at":"2026-01-01T00:00:00Z","payload":{"space":{"deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}}`,
      /Line 13 of the input cannot be dealt with/,
    ],
  ])('%s: one line with its number, and what came before it arrives', async (_what, bad, message) => {
    const input = lines(
      circleSchema,
      ...circleRecords(0, 10),
      state({ after: 10 }),
      bad,
      ...circleRecords(50, 5),
      state({ after: 15 }),
    );
    const run = await runTarget({ settings: settingsFor(segment), input });
    expect({ code: run.code, states: run.states, taken: segment.taken.size }).toEqual({
      code: 1,
      states: ['{"after":10}'],
      taken: 11,
    });
    expect(run.told.filter((line) => line.startsWith('CRITICAL'))).toEqual([expect.stringMatching(message)]);
    expect(run.stderr).not.toContain('ada@example.com');
  });

  test('a last line that was cut off is an error; a whole one without its line feed is not', async () => {
    const whole = lines(circleSchema, circleRecord('a')) + JSON.stringify(state(1));
    expect(await runTarget({ settings: settingsFor(segment), input: whole })).toMatchObject({ code: 0, states: ['1'] });
    const cut = await runTarget({ settings: settingsFor(segment), input: whole.slice(0, -3) });
    expect(cut).toMatchObject({ code: 1, states: [] });
    expect(cut.told[0]).toBe('CRITICAL Line 3 of the input ends in the middle: the tap was cut off there');
  });

  test('bad rows are set aside by dead_letter; a broken line never is', async () => {
    const dead = join(folder, 'dead.jsonl');
    const settings = { ...settingsFor(segment), on_error: 'dead_letter', dead_letter_file: dead };
    const input = lines(
      circleSchema,
      circleRecord('a', { version: 7 }),
      circleRecord('b', { triggered_at: '' }),
      circleRecord('c'),
      state(1),
    );
    expect(await runTarget({ settings, input })).toMatchObject({ code: 0, states: ['1'] });
    const letters = readFileSync(dead, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(letters).toMatchObject([
      { line: 2, stream: 'events', reason: expect.stringContaining('version must be'), record: { id: 'a' } },
      { line: 3, stream: 'events', reason: expect.stringContaining('triggered_at'), record: { id: 'b' } },
    ]);
    expect(await runTarget({ settings, input: `${input}{\n` })).toMatchObject({ code: 1 });
  });

  test('blank lines, ACTIVATE_VERSION and a SCHEMA that comes again are passed over', async () => {
    const input = `\n${lines(circleSchema, circleRecord('a'), { type: 'ACTIVATE_VERSION', stream: 'events', version: 1 })}\r\n${lines(circleSchema, circleRecord('b'), state(1))}\n`;
    expect(await runTarget({ settings: settingsFor(segment), input })).toMatchObject({ code: 0, states: ['1'] });
    expect(segment.taken.size).toBe(3);
  });
});

describe('streams of another tap', () => {
  const schema = {
    type: 'SCHEMA',
    stream: 'orders',
    key_properties: ['id'],
    schema: { type: 'object', properties: { id: { type: 'integer' }, buyer: { type: 'string' } } },
  };
  const rows = [1, 2].map((id) => ({ type: 'RECORD', stream: 'orders', record: { id, buyer: `b${id}` } }));

  test('without a word about them: an error that says what to do, at the first row', async () => {
    const run = await runTarget({ settings: settingsFor(segment), input: lines(schema, state(0), ...rows, state(1)) });
    expect(run).toMatchObject({ code: 1, states: ['0'] });
    expect(run.told[0]).toMatch(/Nothing says what becomes of the stream orders\..* put an entry into mapping_file/);
    expect(await runTarget({ settings: settingsFor(segment), input: lines(schema, state(0)) })).toMatchObject({
      code: 0,
    });
  });

  test('with a mapping file: as it says', async () => {
    const mapping = file('map.json', {
      mappings: [{ stream: 'orders', call: 'track', event: 'Order Completed', user_id: 'buyer' }],
    });
    const run = await runTarget({
      settings: { ...settingsFor(segment), mapping_file: mapping },
      input: lines(schema, ...rows, state(1)),
    });
    expect(run).toMatchObject({ code: 0, states: ['1'] });
    expect(segment.calls).toMatchObject([
      { type: 'track', event: 'Order Completed', userId: 'b1', properties: { row_id: 1 } },
      { type: 'track', event: 'Order Completed', userId: 'b2', properties: { row_id: 2 } },
    ]);
  });

  test('with a wrong one: an error that names the entry, and nothing is read', async () => {
    const mapping = file('map.json', { mappings: [{ stream: 'orders', call: 'track', user_id: 'buyer' }] });
    const run = await runTarget({
      settings: { ...settingsFor(segment), mapping_file: mapping },
      input: lines(schema, ...rows),
    });
    expect(run.code).toBe(1);
    expect(run.told).toEqual([expect.stringMatching(/map\.json: mappings\[0\] \(stream orders\): event is missing/)]);
  });

  test('with one that names a column which is not there: an error at the SCHEMA', async () => {
    const mapping = file('map.json', { mappings: [{ stream: 'orders', call: 'identify', user_id: 'customer' }] });
    const run = await runTarget({
      settings: { ...settingsFor(segment), mapping_file: mapping },
      input: lines(schema, ...rows),
    });
    expect(run.code).toBe(1);
    expect(run.told[0]).toMatch(/mappings\[0\] \(stream orders\): user_id names the column customer, which the schema/);
  });
});
