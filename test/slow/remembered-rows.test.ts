import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.js';
import { MAX_REMEMBERED } from '../../src/sync/sent-ids.js';
import { Workspace, type SingerState, type Synced } from '../support/tap.js';

/** What a state remembers of the rows that were sent is bounded: how large it gets, and what comes twice past it. */

const sandboxes: Sandbox[] = [];
let workspace: Workspace;

beforeAll(async () => {
  workspace = await Workspace.make();
});
afterAll(async () => {
  await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  await workspace.remove();
});

interface Twice {
  readonly first: Synced;
  readonly second: Synced;
  /** Ids of all rows, from the sandbox's own books. */
  readonly wanted: readonly string[];
  /** Ids that came in both syncs. */
  readonly twice: readonly string[];
}

/** Syncs all events, and then again from the last state, with some new rows. */
async function syncTwice(options: SandboxOptions): Promise<Twice> {
  const sandbox = await startSandbox({ visits: 0, seed: 3, ...options });
  sandboxes.push(sandbox);
  const config = { api_token: sandbox.token, base_url: sandbox.url, requests_per_minute: 0 };
  const sync = async (state?: SingerState): Promise<Synced> =>
    workspace.tap(config, state === undefined ? {} : { state });
  const first = await sync();
  sandbox.addRows({ count: 10, created_at: options.end ?? '2026-07-01T00:00:00Z', step_us: 1 });
  const second = await sync(first.lastState);
  expect([first.code, second.code]).toEqual([0, 0]);
  const before = new Set(first.ids('events'));
  const wanted = [...sandbox.rows('events')].map(({ id }) => id);
  return { first, second, wanted, twice: second.ids('events').filter((id) => before.has(id)) };
}

/** Every row came, and none of them twice in one sync. */
function expectNothingLost({ first, second, wanted }: Twice): void {
  const [one, two] = [first.ids('events'), second.ids('events')];
  expect([...new Set([...one, ...two])].sort()).toEqual([...wanted].sort());
  expect([new Set(one).size, new Set(two).size]).toEqual([one.length, two.length]);
}

/** Bytes of the longest STATE line; printed, for docs/reliability.md. */
function longestState(what: string, { stdout }: Synced): number {
  const longest = Math.max(
    ...stdout.split('\n').map((line) => (line.startsWith('{"type":"STATE"') ? Buffer.byteLength(line) : 0)),
  );
  process.stdout.write(`longest STATE line, ${what}: ${longest} bytes\n`);
  return longest;
}

/** A history that ends just now, as short as the lookback. */
function recent(events: number): SandboxOptions {
  const now = Date.now();
  return { events, start: new Date(now - 400_000).toISOString(), end: new Date(now - 2000).toISOString() };
}

const says = 'More rows were created at the bookmark or within the lookback than the state remembers';

test('a backfill of 50,000 rows: each STATE is under 2 kB, and nothing comes twice', async () => {
  const run = await syncTwice({ events: 50_000 });
  expectNothingLost(run);
  expect(run.twice).toEqual([]);
  expect(run.first.stderr).not.toContain(says);
  expect(longestState('backfill of 50,000 rows', run.first)).toBeLessThan(2000);
});

test('20,000 rows within the lookback, as many as are remembered: nothing comes twice, and nothing is said', async () => {
  const run = await syncTwice(recent(MAX_REMEMBERED));
  expectNothingLost(run);
  expect(run.twice).toEqual([]);
  expect(run.first.stderr).not.toContain(says);
  expect(longestState('20,000 rows within the lookback', run.first)).toBeLessThan(1_000_000);
});

describe('more rows within the lookback than are remembered', () => {
  test.each([25_000, 40_000, 41_000])(
    '%p: it is said, nothing is lost, and no more comes twice than is not remembered',
    async (events) => {
      const run = await syncTwice(recent(events));
      expectNothingLost(run);
      expect(run.first.told.filter((line) => line.includes(says))).toHaveLength(1);
      expect(run.twice.length).toBeLessThanOrEqual(events - MAX_REMEMBERED);
      expect(longestState(`${events} rows within the lookback`, run.first)).toBeLessThan(1_000_000);
      process.stdout.write(`sent again by the next sync, of ${events} rows within the lookback: ${run.twice.length}\n`);
    },
  );

  test.each([25_000])('%p, but long ago: nothing is said, and nothing comes twice', async (events) => {
    // No row can become visible late there: how far a state looks back must not cost what it remembers for certain.
    const run = await syncTwice({ events, start: '2026-03-01T00:00:00Z', end: '2026-03-01T00:08:00Z' });
    expectNothingLost(run);
    expect(run.twice).toEqual([]);
    expect(run.first.stderr).not.toContain(says);
  });
});
