import { describe, expect, test } from '@jest/globals';
import type { FaultRule } from '../../src/sandbox/fault-rules.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { Workspace, type Synced } from '../support/tap.js';

const small = { events: 700, visits: 0, seed: 11 };
/** Small pages, so that 700 rows take several windows, and no long waits. */
const settings = { page_size: 100, request_timeout_seconds: 1 };

interface Run {
  readonly synced: Synced;
  readonly sandbox: Sandbox;
  /** Ids of all rows, from the sandbox's own books. */
  readonly wanted: readonly string[];
}

/** Syncs from a sandbox with faults, then does more with it, and takes it down. Several may run at once. */
async function syncWith(faults: readonly FaultRule[], more: (run: Run, tap: Tap) => unknown): Promise<void> {
  const workspace = await Workspace.make();
  const sandbox = await startSandbox({ ...small, faults });
  try {
    const config = { api_token: sandbox.token, base_url: sandbox.url, ...settings };
    const tap: Tap = (state) => workspace.tap(config, state === undefined ? {} : { state });
    const synced = await tap();
    const wanted = [...sandbox.rows('events')].map(({ id }) => id).sort();
    await more({ synced, sandbox, wanted }, tap);
  } finally {
    await sandbox.close();
    await workspace.remove();
  }
}

type Tap = (state?: unknown) => Promise<Synced>;

function expectExact({ synced, wanted }: Run): void {
  expect(synced.stderr).not.toMatch(/CRITICAL/);
  expect(synced.code).toBe(0);
  expect(synced.ids('events').sort()).toEqual(wanted);
}

describe('a fault that passes: every row comes once', () => {
  test.concurrent.each([
    'reset-before-headers',
    'reset-in-body',
    'cut-body',
    'cut-body-false-length',
    'cut-body-chunked',
    'stalled-headers',
    'stalled-body',
    'gzip-body',
    'false-gzip',
    'status-408',
    'status-425',
    'status-429-seconds',
    'status-429-date',
    'status-500',
    'status-502',
    'status-503',
    'status-504',
    'html-200',
    'empty-object',
    'null-events',
    'empty-body',
    'error-body-200',
  ] as const)('%s', async (fault) => {
    const rules = [
      { fault, match: { request: 1 } },
      { fault, match: { request: [4, 5] as const } },
    ];
    await syncWith(rules, (run) => {
      expectExact(run);
      expect(run.sandbox.faults.struck.get(fault)).toBe(3);
    });
  });
});

describe('an API that behaves in another way than ours: every row comes once', () => {
  test.concurrent.each([
    'clamp-page',
    'ignore-sort',
    'ignore-created-at-gt',
    'relative-next',
    'bare-next',
    'pretty-body',
    'bom-body',
    'duplicate-row',
    'null-created-at',
    'missing-created-at',
    'invalid-created-at',
  ] as const)('%s, always', async (fault) => {
    await syncWith([{ fault }], expectExact);
  });

  test.concurrent.each(['empty-page', 'short-page'] as const)('%s, one page in three', async (fault) => {
    await syncWith([{ fault, probability: 0.3 }], expectExact);
  });

  test.concurrent.each(['row-out-of-order', 'null-created-at'] as const)('%s, every third page', async (fault) => {
    await syncWith([{ fault, match: { every: 3 } }], expectExact);
  });
});

describe('an API that breaks its own rules ends the run with an error, and the rows before it are safe', () => {
  test.concurrent.each([
    ['foreign-next', /another origin/],
    ['repeat-next', /goes in a circle/],
    ['cycle-next', /goes in a circle/],
    ['foreign-redirect', /redirect/],
  ] as const)('%s', async (fault, says) => {
    await syncWith([{ fault, match: { request: [5, 1000] } }], async ({ synced, sandbox, wanted }, tap) => {
      expect(synced.code).toBe(1);
      expect(synced.stderr).toMatch(says);
      expect(synced.stderr).not.toMatch(/ {4}at /);
      sandbox.faults.clear();
      const ids = [...synced.ids('events'), ...(await tap(synced.lastState)).ids('events')];
      expect(ids.sort()).toEqual(wanted);
    });
  });

  test.concurrent.each([
    ['html-200', /succe.*not JSON/],
    ['empty-object', /`events`/],
  ] as const)('%s, always: an error within seconds, never an empty page', async (fault, says) => {
    await syncWith([{ fault }], ({ synced }) => {
      expect([synced.code, synced.ids('events').length]).toEqual([1, 0]);
      expect(synced.stderr).toMatch(says);
    });
  });
});

describe('while the pages are read', () => {
  test.concurrent.each([1, 4])('rows that vanish take none with them, at concurrency %p', async (concurrency) => {
    const workspace = await Workspace.make();
    const sandbox = await startSandbox({ ...small, events: 3000 });
    const rows = [...sandbox.rows('events')].map(({ id }) => id);
    const gone = rows.filter((_, index) => index % 7 === 3);
    for (const [index, id] of gone.entries())
      sandbox.deleteRows([id], { deleted_at: { after_request: 1 + (index % 30) } });
    const synced = await workspace.tap({
      api_token: sandbox.token,
      base_url: sandbox.url,
      page_size: 100,
      max_concurrency: concurrency,
    });
    await sandbox.close();
    await workspace.remove();
    expect(synced.code).toBe(0);
    const came = synced.ids('events');
    expect(new Set(came).size).toBe(came.length);
    expect(rows.filter((id) => !gone.includes(id) && !came.includes(id))).toEqual([]);
  });
});
