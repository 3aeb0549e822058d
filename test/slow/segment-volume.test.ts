import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventNames, visitName } from '../../src/circle/event-names.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { MOST_BATCH_CALLS } from '../../src/segment/delivery/event-size.js';
import { expectedIds, runPipe } from '../support/segment-pipe.js';
import { SegmentServer } from '../support/segment-server.js';

/** `tap-circle | target-segment`: 100,000 rows of all 33 names, with no limit of the rate and with one. */

/** Requests that the target has open at once. */
const MOST_REQUESTS_AT_ONCE = 8;

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ events: 75_000, visits: 25_000, seed: 11 });
});
afterAll(async () => {
  await sandbox.close();
});

test('the rows have all 33 names', () => {
  const names = new Set<string>();
  for (const stream of ['events', 'visits'] as const) for (const { name } of sandbox.rows(stream)) names.add(name);
  expect([...names].sort()).toEqual([...eventNames, visitName].sort());
  expect(names.size).toBe(33);
});

describe.each([0, 2000])('events_per_second %i', (eventsPerSecond) => {
  test('every call is accepted, within the rate; no STATE is ahead of that; the peak is below 250 MB', async () => {
    const segment = await SegmentServer.start({ keepCalls: false, latencyMs: 20 });
    const run = await runPipe({ sandbox, segment, target: { events_per_second: eventsPerSecond } });
    await segment.close();

    const { tap, target, rows, violations, tapStates } = run;
    const said = target.code === 0 ? '' : target.stderr;
    expect({ rows, tap: tap.code, target: target.code, said }).toEqual({ rows: 100_000, tap: 0, target: 0, said: '' });
    expect(violations.slice(0, 3)).toEqual([]);
    expect(tapStates.length).toBeGreaterThan(50);
    expect(target.states).toEqual(tapStates);

    const expected = expectedIds(sandbox);
    expect([...expected].filter((id) => !segment.taken.has(id)).slice(0, 3)).toEqual([]);
    expect([...segment.taken.keys()].filter((id) => !expected.has(id)).slice(0, 3)).toEqual([]);
    expect([...segment.complaints]).toEqual([]);

    expect(segment.mostAtOnce).toBeLessThanOrEqual(MOST_REQUESTS_AT_ONCE);
    // What arrives within a second was let go within it too, but for the requests that were on their way when it began,
    // and one more since timers may fire a millisecond early: so it is however slow the machine.
    const burst = (MOST_REQUESTS_AT_ONCE + 1) * MOST_BATCH_CALLS;
    const most = segment.mostCallsWithin(1000);
    if (eventsPerSecond > 0) expect(most).toBeLessThanOrEqual(eventsPerSecond + burst);

    expect(run.peakMegabytes).toBeGreaterThan(50);
    expect(run.peakMegabytes).toBeLessThan(250);
    process.stderr.write(
      `${rows} rows, ${segment.taken.size} calls, at most ${most} in a second, ${tapStates.length} states, ` +
        `target's peak ${run.peakMegabytes.toFixed(0)} MB, target ${/[\d.]+ s, [\d,]+ calls\/s/.exec(target.stderr)?.[0] ?? ''}\n`,
    );
  });
});
