import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FaultRule } from '../../src/sandbox/index.js';
import { Bench, closeBenches, configured, runSource } from '../support/airbyte.js';
import {
  errorsOf,
  idsOf,
  lastStates,
  logsOf,
  recordsOf,
  statesOf,
  statusesOf,
  statusTracesOf,
} from '../support/airbyte-messages.js';

/** What a read that cannot bring everything has to say, and that nothing is lost by it. */

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.start({ events: 3000, visits: 400 });
});
afterAll(closeBenches);

function ids(stream: 'events' | 'visits', of: Bench = bench): string[] {
  return [...of.sandbox.rows(stream)].map(({ id }) => id);
}

describe('a stream that fails', () => {
  const faults: FaultRule[] = [{ fault: 'status-403', match: { stream: 'visits' } }];

  test('403 on visits: events COMPLETE and whole, visits INCOMPLETE with a config_error, exit 1', async () => {
    const own = await Bench.start({ events: 3000, visits: 400, faults });
    const run = await own.read({ state: [] });
    expect([run.code, run.stderr]).toEqual([1, '']);
    expect(idsOf(run.messages, 'events')).toEqual(ids('events', own));
    expect(statusesOf(run.messages, 'events')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
    expect(statusesOf(run.messages, 'visits')).toEqual(['STARTED', 'INCOMPLETE']);
    expect(statesOf(run.messages, 'visits')).toEqual([]);
    const errors = errorsOf(run.messages);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ failure_type: 'config_error', stream_descriptor: { name: 'visits' } });
    expect(errors[0]?.message).toMatch(/^visits: The token may not read visits.*status 403/);
    expect(errors[0]).not.toHaveProperty('stack_trace');
  });

  test('the one before the other does not stop it', async () => {
    const own = await Bench.start({
      events: 30,
      visits: 40,
      faults: [{ fault: 'status-404', match: { stream: 'events' } }],
    });
    const run = await own.read();
    expect(run.code).toBe(1);
    expect(idsOf(run.messages, 'visits')).toEqual(ids('visits', own));
    expect(statusesOf(run.messages, 'visits')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
    expect(errorsOf(run.messages)[0]?.message).toContain('events_path');
  });

  test('in the middle: the pages before are covered by a state, from which the rest comes', async () => {
    const own = await Bench.start({
      events: 1000,
      visits: 0,
      faults: [{ fault: 'status-503', match: { request: [4, 999] } }],
    });
    const settings = { page_size: 100, max_concurrency: 1, max_retry_seconds: 1 };
    const catalog = configured('incremental', ['events']);
    const run = await own.read({ settings, catalog });
    expect([run.code, statusesOf(run.messages, 'events')]).toEqual([1, ['STARTED', 'RUNNING', 'INCOMPLETE']]);
    expect(errorsOf(run.messages)[0]).toMatchObject({ failure_type: 'transient_error' });
    own.sandbox.faults.clear();
    const rest = await own.read({ settings, catalog, state: lastStates(run.messages) });
    expect(rest.code).toBe(0);
    expect(recordsOf(run.messages).length).toBeGreaterThan(100);
    expect([...idsOf(run.messages, 'events'), ...idsOf(rest.messages, 'events')]).toEqual(ids('events', own));
  });

  test('an answer that is none: tried again, then a system_error; never 0 records and success', async () => {
    const own = await Bench.start({ events: 30, visits: 0, faults: [{ fault: 'null-events' }] });
    const run = await own.read({ settings: { max_retry_seconds: 1 }, catalog: configured('incremental', ['events']) });
    expect(run.code).toBe(1);
    expect(errorsOf(run.messages)).toMatchObject([{ failure_type: 'system_error' }]);
    expect(logsOf(run.messages)).toContainEqual(expect.stringMatching(/^WARN events: Trying again in/));
  });
});

describe('what a catalog asks for that cannot be had', () => {
  test('a stream that there is not: INCOMPLETE and an error, and the others whole', async () => {
    const run = await bench.read({ catalog: configured('incremental', ['members', 'visits']) });
    expect(run.code).toBe(1);
    expect(idsOf(run.messages, 'visits')).toEqual(ids('visits'));
    expect(statusesOf(run.messages, 'members')).toEqual(['INCOMPLETE']);
    expect(errorsOf(run.messages)).toMatchObject([
      {
        failure_type: 'config_error',
        stream_descriptor: { name: 'members' },
        message: expect.stringContaining('events and visits') as unknown,
      },
    ]);
  });

  test('test_airbyte_trace_message_on_failure: an unknown stream in a mode called INVALID, alone and beside a good one', async () => {
    const bad = configured('INVALID', ['__AIRBYTE__stream_that_does_not_exist']);
    expect(errorsOf((await bench.read({ catalog: bad })).messages)).toHaveLength(1);
    const streams = [configured('INVALID', ['visits']), configured('incremental', ['events'])].flatMap(
      (one) => one.streams,
    );
    const run = await bench.read({ catalog: { streams } });
    expect([run.code, statusesOf(run.messages, 'visits'), statusesOf(run.messages, 'events').at(-1)]).toEqual([
      1,
      ['INCOMPLETE'],
      'COMPLETE',
    ]);
    expect(errorsOf(run.messages)[0]?.message).toContain('sync_mode must be full_refresh or incremental');
  });

  test('a stream that is asked for twice is read once', async () => {
    const run = await bench.read({ catalog: configured('full_refresh', ['visits', 'visits']) });
    expect([run.code, recordsOf(run.messages).length]).toEqual([1, 400]);
    expect(errorsOf(run.messages)[0]?.message).toContain('a second time');
  });

  test('files that are wrong as a whole: one TRACE ERROR without a stream, exit 1, nothing on stderr', async () => {
    const config = bench.config();
    const catalog = bench.file(configured('incremental'));
    const cases: readonly (readonly [string, string, string, RegExp])[] = [
      [bench.file({}), catalog, bench.file([]), /api_token is missing/],
      [config, bench.file({ streams: [] }), bench.file([]), /streams is empty/],
      [config, bench.file([]), bench.file([]), /the catalog must be object/],
      [
        config,
        bench.file({ streams: [{ stream: { name: null } }] }),
        bench.file([]),
        /streams\[0\]\.stream\.name must be string/,
      ],
      [config, catalog, bench.text(''), /the state file is empty/],
      [config, catalog, bench.file([{ type: 'STREAM' }]), /\[0\] has no stream, global or data/],
      [config, catalog, bench.file({ events: { created_at: 'soon' } }), /events\.created_at must be a timestamp/],
      [config, catalog, bench.file({ events: { created_at: 3 } }), /events\.created_at must be string or null/],
    ];
    for (const [configFile, catalogFile, state, expected] of cases) {
      const run = await runSource(['read', '--config', configFile, '--catalog', catalogFile, '--state', state]);
      expect([run.code, run.stderr, run.messages.length]).toEqual([1, '', 1]);
      const [error] = errorsOf(run.messages);
      expect(error).toMatchObject({
        failure_type: 'config_error',
        message: expect.stringMatching(expected) as unknown,
      });
      expect(error).not.toHaveProperty('stream_descriptor');
    }
  });
});

describe('a rate limit', () => {
  test('is the reason of a RUNNING while it lasts, and another RUNNING ends it', async () => {
    const fault: FaultRule = {
      fault: 'status-429-seconds',
      match: { stream: 'events', request: 2 },
      with: { seconds: 2 },
    };
    const own = await Bench.start({ events: 100, visits: 3, faults: [fault] });
    const run = await own.read({ settings: { page_size: 50 } });
    expect([run.code, idsOf(run.messages, 'events')]).toEqual([0, ids('events', own)]);
    const statuses = statusTracesOf(run.messages, 'events');
    expect(statuses.map(({ status }) => status)).toEqual(['STARTED', 'RUNNING', 'RUNNING', 'RUNNING', 'COMPLETE']);
    expect(statuses.map(({ reasons }) => reasons?.[0]?.type)).toEqual([
      undefined,
      undefined,
      'RATE_LIMITED',
      undefined,
      undefined,
    ]);
    const told = run.messages.find((message) => JSON.stringify(message).includes('RATE_LIMITED'));
    const emitted = told?.type === 'TRACE' ? told.trace.emitted_at : 0;
    const waited = (statuses[2]?.reasons?.[0]?.rate_limited?.quota_reset ?? 0) - emitted;
    expect([waited >= 2000, waited < 3000]).toEqual([true, true]);
  });
});

describe('the command line', () => {
  test.each([
    [['frobnicate'], /frobnicate is not a verb: use spec, check, discover or read/],
    [['check'], /--config FILE is missing/],
    [['read', '--config', 'c.json'], /--catalog FILE is missing/],
    [['read', '--config'], /--config needs a file/],
  ])('%j is a usage error: exit 2, one line on stderr, nothing on stdout', async (args, expected) => {
    const run = await runSource(args);
    expect([run.code, run.stdout, run.stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(run.stderr).toMatch(expected);
  });
});
