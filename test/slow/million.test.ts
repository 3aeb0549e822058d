import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { start, Workspace } from '../support/tap.js';

const probe = fileURLToPath(new URL('../support/peak-memory.cjs', import.meta.url));
let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.make();
});
afterEach(async () => {
  await workspace.remove();
});

interface Measured {
  /** Different ids, and RECORDs. */
  readonly ids: number;
  readonly records: number;
  readonly faults: number;
  readonly megabytes: number;
}

/** Syncs so many events while one request in ten fails in some way. */
async function sync(events: number): Promise<Measured> {
  const sandbox = await startSandbox({ events, visits: 0, seed: 11, faults: [{ fault: 'chaos', probability: 0.1 }] });
  try {
    const settings = {
      api_token: sandbox.token,
      base_url: sandbox.url,
      requests_per_minute: 0,
      request_timeout_seconds: 2,
    };
    const child = start('tap-circle', ['--config', await workspace.file('config.json', settings)], {
      env: { NODE_OPTIONS: `--require ${probe}` },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const closed = once(child, 'close');
    const ids = new Set<string>();
    let records = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      // A fault writes bodies with blanks between the parts.
      const id = /^\{"type":"RECORD","stream":"events","record":\{\s*"id":\s*"([^"]+)"/.exec(line)?.[1];
      if (id === undefined) continue;
      records++;
      ids.add(id);
    }
    expect(await closed).toEqual([0, null]);
    const faults = [...sandbox.faults.struck.values()].reduce((sum, times) => sum + times, 0);
    return { ids: ids.size, records, faults, megabytes: Number(/peak memory (\d+) kB/.exec(stderr)?.[1]) / 1000 };
  } finally {
    await sandbox.close();
  }
}

test('1,000,000 rows while one request in ten fails: all come, once; memory is that of 100,000 rows', async () => {
  const few = await sync(100_000);
  const many = await sync(1_000_000);
  process.stdout.write(`${JSON.stringify({ few, many })}\n`);
  expect([few.ids, few.records]).toEqual([100_000, 100_000]);
  expect([many.ids, many.records]).toEqual([1_000_000, 1_000_000]);
  expect(many.faults).toBeGreaterThan(30);
  expect(many.megabytes).toBeLessThan(1.25 * few.megabytes);
});
