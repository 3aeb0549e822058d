import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { isJsonObject, type JsonValue } from '../../src/base/json.js';
import { Bench, closeBenches, configured, runSource, type Run } from '../support/airbyte.js';
import {
  idsOf,
  lastStates,
  recordsOf,
  statesOf,
  statusesOf,
  statusTracesOf,
  type StreamState,
} from '../support/airbyte-messages.js';
import { expectDistinctStates, expectExactCounts } from '../support/airbyte-states.js';
import catalog from '../fixtures/airbyte/catalog.json' with { type: 'json' };

/** The basic_read, full_refresh and incremental suites of Airbyte's connector acceptance tests, and more. */

const names = ['events', 'visits'] as const;
let bench: Bench;
let first: Run;

beforeAll(async () => {
  bench = await Bench.start({ events: 5000, visits: 1200 });
  first = await bench.read({ state: [], settings: { page_size: 500 } });
});
afterAll(closeBenches);

function total(states: readonly StreamState[]): number {
  return states.reduce((sum, { sourceStats }) => sum + sourceStats.recordCount, 0);
}

describe('a first read, with an empty list as state', () => {
  test('brings every row once, as the API has it, and nothing on stderr', () => {
    expect([first.code, first.stderr]).toEqual([0, '']);
    for (const name of names) {
      const truth = [...bench.sandbox.rows(name)];
      expect(idsOf(first.messages, name)).toEqual(truth.map(({ id }) => id));
      expect(recordsOf(first.messages, name)).toEqual(truth.map(({ text }) => JSON.parse(text) as JsonValue));
    }
    expect(recordsOf(first.messages)).toHaveLength(6200);
  });

  test('test_read: every record fits its stream; the key is there and scalar', () => {
    const ajv = new Ajv({
      strict: false,
      formats: { 'date-time': /^\d{4}-\d?\d-\d?\d(\s|T)\d?\d:\d?\d:\d?\d(.\d+)?.*$/ },
    });
    for (const { name, json_schema: schema } of catalog.streams) {
      const validate = ajv.compile(schema);
      for (const row of recordsOf(first.messages, name)) {
        expect([validate(row), validate.errors]).toEqual([true, null]);
        // fail_on_extra_columns: nothing at the top that the schema does not have.
        for (const key of Object.keys(row)) expect(schema.properties).toHaveProperty(key);
        expect(typeof row['id']).toBe('string');
      }
    }
  });

  test('tells of each stream STARTED, RUNNING and COMPLETE, around its records', () => {
    for (const name of names) {
      expect(statusesOf(first.messages, name)).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
      const about = first.messages.filter((message) => JSON.stringify(message).includes(`"${name}"`));
      const kinds = about.map((message) =>
        message.type === 'TRACE' ? message.trace.stream_status?.status : message.type,
      );
      expect([kinds[0], kinds[1], kinds[2], kinds.at(-1)]).toEqual(['STARTED', 'RUNNING', 'RECORD', 'COMPLETE']);
    }
  });

  test('writes a STATE for each page, with exact counts, and never the same again', () => {
    expect(statesOf(first.messages, 'events').length).toBeGreaterThanOrEqual(10);
    expectExactCounts(first.messages);
    expectDistinctStates(first.messages);
    expect([total(statesOf(first.messages, 'events')), total(statesOf(first.messages, 'visits'))]).toEqual([
      5000, 1200,
    ]);
  });
});

describe('incremental', () => {
  test('test_two_sequential_reads: the last states bring 0 records, and a STATE of each stream', async () => {
    const second = await bench.read({ state: lastStates(first.messages) });
    expect([second.code, second.stderr, recordsOf(second.messages)]).toEqual([0, '', []]);
    for (const name of names) {
      const states = statesOf(second.messages, name);
      expect(states.map(({ sourceStats }) => sourceStats.recordCount)).toEqual([0]);
      expect(states[0]?.stream.stream_state).toEqual(statesOf(first.messages, name).at(-1)?.stream.stream_state);
      expect(statusesOf(second.messages, name)).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
    }
  });

  test('test_read_sequential_slices: each state goes on exactly behind the records before it', async () => {
    const all = idsOf(first.messages, 'events');
    const states = statesOf(first.messages, 'events');
    let read = 0;
    for (const [index, state] of states.entries()) {
      read += state.sourceStats.recordCount;
      if (index % 4 !== 1) continue;
      const rest = await bench.read({
        state: [{ ...state }] as unknown as JsonValue,
        catalog: configured('incremental', ['events']),
      });
      expect(idsOf(rest.messages, 'events')).toEqual(all.slice(read));
    }
  });

  test('test_state_with_abnormally_large_values: a future state brings 0 records and a STATE', async () => {
    const future = names.map((name) => ({
      type: 'STREAM',
      stream: { stream_descriptor: { name }, stream_state: { created_at: '2999-01-01T00:00:00Z' } },
    }));
    const run = await bench.read({ state: future });
    expect([run.code, recordsOf(run.messages)]).toEqual([0, []]);
    for (const name of names) expect(statesOf(run.messages, name).length).toBeGreaterThanOrEqual(1);
  });

  test('new rows, one late and one at the time of the last, come once; then nothing', async () => {
    const own = await Bench.start({ events: 0, visits: 0 });
    const begin = Date.now() - 60_000;
    const at = (seconds: number): string => new Date(begin + seconds * 1000).toISOString();
    const times = [at(1), at(2), at(2), at(3)];
    const old = own.sandbox.addRows({ rows: times.map((created_at) => ({ created_at })) });
    const one = await own.read({ state: [], settings: { page_size: 2 } });
    // The server orders equal times by id.
    expect(idsOf(one.messages, 'events').sort()).toEqual([...old].sort());
    const added = own.sandbox.addRows({ rows: [at(0), times[3] ?? '', at(5)].map((created_at) => ({ created_at })) });
    const two = await own.read({ state: lastStates(one.messages) });
    expect(idsOf(two.messages, 'events').sort()).toEqual([...added].sort());
    const three = await own.read({ state: lastStates(two.messages) });
    expect(recordsOf(three.messages)).toEqual([]);
    for (const run of [one, two, three]) {
      expectExactCounts(run.messages);
      expectDistinctStates(run.messages);
    }
  });
});

describe('full_refresh', () => {
  test('test_sequential_reads: ignores an incremental state, brings all, writes states, twice', async () => {
    const input = { catalog: configured('full_refresh'), state: lastStates(first.messages) };
    const runs = [await bench.read(input), await bench.read(input)];
    for (const run of runs) {
      for (const name of names) {
        expect(idsOf(run.messages, name)).toEqual(idsOf(first.messages, name));
        expect(statusesOf(run.messages, name)).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
      }
      expectExactCounts(run.messages);
      expectDistinctStates(run.messages);
    }
    const emitted = runs.map(({ messages }) =>
      messages.flatMap((m) => (m.type === 'RECORD' ? [m.record.emitted_at] : [])),
    );
    expect(Math.max(...(emitted[0] ?? []))).toBeLessThan(Math.min(...(emitted[1] ?? [])));
    const after = await bench.read({ state: lastStates(runs[1]?.messages ?? []) });
    expect(recordsOf(after.messages)).toEqual([]);
  });

  test('a retry of the same refresh goes on; another refresh, and a runner that counts none, begin anew', async () => {
    const settings = { page_size: 500 };
    const catalogOf = (generation: number | null): JsonValue =>
      configured('full_refresh', ['events'], {
        generation_id: generation,
        minimum_generation_id: generation,
        sync_id: 7,
      });
    const whole = await bench.read({ catalog: catalogOf(3), settings });
    const states = statesOf(whole.messages, 'events');
    const halfway = [{ ...states[4] }] as unknown as JsonValue;
    const read = states.slice(0, 5).reduce((sum, { sourceStats }) => sum + sourceStats.recordCount, 0);
    const records = async (generation: number | null, state: JsonValue): Promise<number> =>
      recordsOf((await bench.read({ catalog: catalogOf(generation), settings, state })).messages).length;
    expect(await records(3, halfway)).toBe(5000 - read);
    expect(await records(4, halfway)).toBe(5000);
    expect(await records(null, halfway)).toBe(5000);
    // What a finished refresh leaves behind is not taken for one that is under way.
    expect(await records(3, lastStates(whole.messages))).toBe(5000);
  });
});

describe('a stream without rows', () => {
  test('still has its STATE, RUNNING and COMPLETE, in both modes', async () => {
    const empty = await Bench.start({ events: 3, visits: 0 });
    for (const mode of ['incremental', 'full_refresh']) {
      const run = await empty.read({ catalog: configured(mode), state: [] });
      expect(run.code).toBe(0);
      expect(statusesOf(run.messages, 'visits')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
      expect(statesOf(run.messages, 'visits').map(({ sourceStats }) => sourceStats.recordCount)).toEqual([0]);
      expect(statusTracesOf(run.messages, 'visits').every(({ reasons }) => reasons === undefined)).toBe(true);
    }
  });
});

test('only the properties of the configured schema leave, and the keys; payload stays whole', async () => {
  const schema = {
    type: 'object',
    properties: { name: { type: ['null', 'string'] }, payload: { type: 'object', properties: { space: {} } } },
  };
  const stream = { name: 'events', json_schema: schema, supported_sync_modes: ['full_refresh'] };
  const run = await bench.read({
    catalog: { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] },
  });
  const truth = [...bench.sandbox.rows('events')].map(({ text }) => JSON.parse(text) as JsonValue);
  const expected = truth.map((row) => {
    if (!isJsonObject(row)) throw new Error('no row');
    return { id: row['id'], name: row['name'], created_at: row['created_at'], payload: row['payload'] };
  });
  expect(recordsOf(run.messages)).toEqual(expected);
});

test('fields that are to be hashed leave as hashes', async () => {
  const settings = { hash_fields: ['payload.initiator.email'], hash_salt: 'salt' };
  const run = await bench.read({ settings, catalog: configured('incremental', ['visits']) });
  const emailOf = (row: JsonValue): JsonValue | undefined => {
    const payload = isJsonObject(row) ? row['payload'] : undefined;
    const initiator = isJsonObject(payload) ? payload['initiator'] : undefined;
    return isJsonObject(initiator) ? initiator['email'] : undefined;
  };
  const truth = [...bench.sandbox.rows('visits')].map(({ text }) => emailOf(JSON.parse(text) as JsonValue));
  const expected = truth.map((email) =>
    typeof email === 'string' ? createHash('sha256').update(`salt${email}`).digest('hex') : email,
  );
  expect(truth.filter((email) => typeof email === 'string').length).toBeGreaterThan(100);
  expect(recordsOf(run.messages).map(emailOf)).toEqual(expected);
});

test('both executables read the same', async () => {
  const args = ['read', '--config', bench.config(), '--catalog', bench.file(configured('incremental'))];
  const [one, other] = await Promise.all([runSource(args), runSource(args, { executable: 'tap-circle' })]);
  expect(recordsOf(other.messages)).toEqual(recordsOf(one.messages));
});
