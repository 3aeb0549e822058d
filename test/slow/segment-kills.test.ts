import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { below, hash } from '../../src/sandbox/random.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { expectedIds, runPipe } from '../support/segment-pipe.js';
import { SegmentServer, type Reply } from '../support/segment-server.js';

/** The pipe is killed over and over on its way through one history, while Segment fails one request in ten. */

const SEED = 2024;
const KILLS = 50;

const victims = ['target', 'both', 'target', 'tap'] as const;
/** Where it is killed: after at most so many of them. */
const places = {
  'before calls are taken': 12,
  'after calls were taken': 12,
  'a state': 8,
  'a byte of the rows': 1_000_000,
} as const;
type Place = keyof typeof places;

interface Plan {
  readonly victim: (typeof victims)[number];
  readonly at: Place;
  readonly count: number;
}

/** A whole number below `count`, by the seed. */
function pick(purpose: number, n: number, count: number): number {
  return below(hash(SEED, purpose, n), count);
}

function choose<T>(purpose: number, n: number, choices: readonly T[]): T {
  const chosen = choices[pick(purpose, n, choices.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

function planOf(n: number): Plan {
  const at = choose(2, n, [
    'before calls are taken',
    'after calls were taken',
    'a state',
    'a byte of the rows',
  ] as const);
  return { victim: choose(1, n, victims), at, count: 1 + pick(3, n, places[at]) };
}

/** One request in ten fails, in one of the ways that another attempt may mend. */
function failureOf(index: number): Reply | undefined {
  if (pick(4, index, 10) > 0) return undefined;
  const failures: readonly Reply[] = [
    ...[{ status: 500 }, { status: 503 }, { status: 429, headers: { 'retry-after': '0.3' } }],
    ...(['reset', 'close', 'cut after taking', 'hang'] as const),
  ];
  return choose(5, index, failures);
}

test(`SIGKILL at ${KILLS} places: after the resume nothing is missing, and what came again is the same`, async () => {
  const sandbox = await startSandbox({ events: 40_000, visits: 10_000, seed: 12 });
  const segment = await SegmentServer.start({ keepCalls: false, latencyMs: 10 });
  const expected = expectedIds(sandbox);

  /** messageId to what its call said: whoever has seen the id drops the next one. */
  const contents = new Map<string, string>();
  const changed: string[] = [];
  let failures = 0;
  let onRequest: (() => Reply | undefined) | null = null;
  segment.reply = ({ batch }, index) => {
    for (const call of batch) {
      const content = createHash('sha1').update(JSON.stringify(call)).digest('base64');
      if ((contents.get(call.messageId) ?? content) !== content) changed.push(call.messageId);
      contents.set(call.messageId, content);
    }
    const failure = failureOf(index);
    if (failure !== undefined) failures++;
    return onRequest?.() ?? failure;
  };

  let state: string | undefined;
  for (let n = 0; n < KILLS; n++) {
    const plan = planOf(n);
    const run = await runPipe({
      ...{ sandbox, segment, state, tap: { page_size: 100 } },
      target: { request_timeout_seconds: 1 },
      onStart: (tap, target) => {
        // As in a shell: the pipe breaks when its reader dies. Streams of Node would let the writer wait for ever.
        target.on('exit', () => tap.stdout.destroy());
        const kill = (): void => {
          if (plan.victim !== 'target') tap.kill('SIGKILL');
          if (plan.victim !== 'tap') target.kill('SIGKILL');
        };
        onRequest = arm(plan, kill, tap, target);
      },
    });
    onRequest = null;
    expect([n, plan, run.violations.slice(0, 3)]).toEqual([n, plan, []]);
    const { tap, target } = run;
    const killed = plan.victim === 'tap' ? [tap] : plan.victim === 'target' ? [target] : [tap, target];
    expect([n, plan, killed.map(({ signal }) => signal)]).toEqual([n, plan, killed.map(() => 'SIGKILL')]);
    // A line that the kill has cut is no state.
    const whole = target.stdout.split('\n').slice(0, -1);
    state = whole.at(-1) ?? state;
  }

  const last = await runPipe({ sandbox, segment, state, target: { request_timeout_seconds: 1 } });
  await segment.close();
  await sandbox.close();
  expect({ code: last.target.code, violations: last.violations.slice(0, 3) }).toEqual({ code: 0, violations: [] });
  expect([...expected].filter((id) => !segment.taken.has(id)).slice(0, 3)).toEqual([]);
  expect([...segment.taken.keys()].filter((id) => !expected.has(id)).slice(0, 3)).toEqual([]);
  expect(changed.slice(0, 3)).toEqual([]);
  const repeats = [...segment.taken.values()].reduce((sum, times) => sum + times - 1, 0);
  expect(repeats).toBeGreaterThan(0);
  expect(failures).toBeGreaterThan(segment.requests.length / 20);
  process.stderr.write(
    `${KILLS} kills, ${failures} of ${segment.requests.length} requests failed: ${expected.size} calls, ` +
      `none missing, ${repeats} taken again with the same messageId and content\n`,
  );
});

/**
 * Kills at the planned place.
 *
 * @returns what to do with each request
 */
function arm(
  { at, count }: Plan,
  kill: () => void,
  tap: ChildProcessWithoutNullStreams,
  target: ChildProcessWithoutNullStreams,
): () => Reply | undefined {
  let left = count;
  /** @returns whether this is the moment: once, so that whoever is left alive is served again */
  const countDown = (by: number): boolean => {
    if (left <= 0) return false;
    left -= by;
    if (left <= 0) kill();
    return left <= 0;
  };
  if (at === 'a state') {
    target.stdout.on('data', (chunk: Buffer) => countDown(chunk.toString('latin1').split('\n').length - 1));
  }
  if (at === 'a byte of the rows') tap.stdout.on('data', (chunk: Buffer) => countDown(chunk.length));
  return () => {
    if (at === 'before calls are taken' && countDown(1)) return 'reset';
    if (at === 'after calls were taken' && countDown(1)) return 'cut after taking';
    return undefined;
  };
}
