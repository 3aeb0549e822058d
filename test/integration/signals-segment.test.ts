import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { circleRecords, circleSchema, state } from '../support/segment-rows.js';
import { SegmentServer, type SegmentServerOptions } from '../support/segment-server.js';
import { ending, lines, settingsFor, startTarget, type TargetRun } from '../support/segment-target.js';

/** target-segment at bad moments: dead by the first signal soon, and every state that is told is true. */

/** Two seconds is what is promised; a busy machine is given more. */
const SOON_MS = 5000;
/** 101 calls, one more than a batch takes: the member is identified first. Few enough to be read at once. */
const hundredRows = lines(circleSchema, ...circleRecords(0, 100), state(1));
const callsOfHundredRows = 101;
let segment: SegmentServer;

afterEach(async () => {
  await segment.close();
});

interface Stopped extends TargetRun {
  /** From the first signal to the end of the process. */
  readonly millis: number;
}

/** A target on a loopback Segment, its input held open, which is sent signals by `act`; then its output is read. */
async function stoppedRun(
  options: SegmentServerOptions,
  input: string,
  act: (child: ChildProcessWithoutNullStreams) => Promise<void>,
  isRead = true,
): Promise<Stopped> {
  segment = await SegmentServer.start(options);
  const child = startTarget({ settings: settingsFor(segment) });
  let signalledAt = 0;
  const kill = child.kill.bind(child);
  child.kill = (signal) => {
    if (signalledAt === 0) signalledAt = performance.now();
    return kill(signal);
  };
  const exited = once(child, 'exit').then(() => performance.now());
  const ended = ending(child);
  if (!isRead) child.stdout.pause();
  child.stdin.on('error', () => undefined).write(input);
  await act(child);
  const endedAt = await exited;
  child.stdout.resume();
  return { ...(await ended), millis: endedAt - signalledAt };
}

function expectDeadBy(signal: NodeJS.Signals, run: Stopped): void {
  expect([run.code, run.signal]).toEqual([null, signal]);
  expect(run.millis).toBeLessThan(SOON_MS);
  expect(run.stderr).not.toMatch(/^\s+at |CRITICAL/m);
}

async function until(isTrue: () => boolean): Promise<void> {
  const began = performance.now();
  while (!isTrue()) {
    if (performance.now() - began > 20_000) throw new Error('it did not happen');
    await sleep(5);
  }
}

describe('two signals while it delivers: what was read arrives, the state is told, and the first one counts', () => {
  test.each([
    ['SIGTERM', 'SIGINT', 5],
    ['SIGINT', 'SIGTERM', 5],
    ['SIGTERM', 'SIGTERM', 150],
    ['SIGINT', 'SIGTERM', 150],
  ] as const)('%s, and %s %p ms later', async (one, other, apartMs) => {
    const run = await stoppedRun({ latencyMs: 300 }, hundredRows, async (child) => {
      await until(() => segment.mostAtOnce > 0);
      child.kill(one);
      await sleep(apartMs);
      child.kill(other);
    });
    expectDeadBy(one, run);
    expect([run.states, segment.taken.size]).toEqual([['1'], callsOfHundredRows]);
    expect(run.told.at(-1)).toMatch(/WARNING Stopped by a signal/);
  });
});

test('while it waits for more rows: what it holds back for a fuller batch arrives, and the state is told', async () => {
  const run = await stoppedRun({}, lines(circleSchema, ...circleRecords(0, 5), state(1)), async (child) => {
    await until(() => segment.requests.length === 1);
    child.stdin.write(lines(...circleRecords(5, 5), state(2)));
    // Less than the second after which it would go by itself.
    await sleep(200);
    child.kill('SIGTERM');
  });
  expectDeadBy('SIGTERM', run);
  expect([run.states, segment.taken.size]).toEqual([['1', '2'], 11]);
});

test('while it waits to send again, after a 429 with Retry-After: 60: states of what had arrived, and no other', async () => {
  const isLate = (text: string): boolean => text.includes('row-150');
  const reply: SegmentServerOptions['reply'] = ({ batch }) =>
    isLate(JSON.stringify(batch)) ? { status: 429, headers: { 'Retry-After': '60' } } : undefined;
  const run = await stoppedRun({ reply }, hundredRows, async (child) => {
    await until(() => segment.taken.size === callsOfHundredRows);
    child.stdin.write(lines(...circleRecords(100, 100), state(2)));
    await until(() => segment.requests.length === 3);
    await sleep(50);
    child.kill('SIGTERM');
  });
  expectDeadBy('SIGTERM', run);
  expect(run.states).toEqual(['1']);
  expect(run.told).toContainEqual(expect.stringMatching(/^WARNING .*429/));
});

test('while nobody reads its states: those in the pipe are true', async () => {
  const text = 'x'.repeat(100_000);
  const rounds = Array.from({ length: 30 }, (_, n) => lines(...circleRecords(10 * n, 10), state({ n, text })));
  const run = await stoppedRun(
    {},
    lines(circleSchema) + rounds.join(''),
    async (child) => {
      await until(() => segment.taken.size > 0);
      // Time for the pipe to fill up.
      await sleep(300);
      child.kill('SIGTERM');
    },
    false,
  );
  expectDeadBy('SIGTERM', run);
  const whole = run.stdout.split('\n').slice(0, -1);
  const told = whole.map((line) => (JSON.parse(line) as { n: number }).n);
  expect(told).toEqual(told.map((_, index) => index));
  // Not all went into the pipe: it had to wait.
  expect(told.length).toBeLessThan(30);
  expect(segment.taken.size).toBeGreaterThanOrEqual(10 * told.length);
});

test.each([0, 40, 80, 120, 160])('%p ms after its start: dead by it, and no line cut', async (millis) => {
  const run = await stoppedRun({}, hundredRows, async (child) => {
    await sleep(millis);
    child.kill('SIGTERM');
  });
  expectDeadBy('SIGTERM', run);
  expect(run.stdout).toBe(run.states.length > 0 ? '1\n' : '');
  if (run.states.length > 0) expect(segment.taken.size).toBe(callsOfHundredRows);
});
