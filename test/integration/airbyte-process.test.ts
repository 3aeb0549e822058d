import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Bench, closeBenches, configured, dist } from '../support/airbyte.js';
import { errorsOf, idsOf, lastStates, logsOf, statesOf, statusesOf } from '../support/airbyte-messages.js';

/** The process behind the verbs: signals, slow readers and readers that leave. */

const catalog = configured('incremental', ['events']);
afterAll(closeBenches);

/** Reads with a reader of one's own, without a look at the lines. */
async function readRaw(
  bench: Bench,
  onFirstOutput: (child: ReturnType<typeof spawn>) => void,
): Promise<{ code: unknown; signal: unknown; stderr: string; seconds: number }> {
  const begin = performance.now();
  const args = ['read', '--config', bench.config(), '--catalog', bench.file(catalog)];
  const child = spawn(process.execPath, [join(dist, 'source-circle.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.once('data', () => onFirstOutput(child));
  const [code, signal] = (await once(child, 'exit')) as [unknown, unknown];
  return { code, signal, stderr, seconds: (performance.now() - begin) / 1000 };
}

describe('SIGTERM', () => {
  test('ends a read by the signal, behind a whole line; from its last states nothing is lost or sent again', async () => {
    const bench = await Bench.start({ events: 4000, visits: 0, latencyMs: 20 });
    const settings = { page_size: 50 };
    let seen = '';
    const run = await bench.read(
      { settings, catalog },
      {
        onOutput: (text, child) => {
          seen += text;
          if (seen.split('"STATE"').length > 10) child.kill('SIGTERM');
        },
      },
    );
    expect([run.code, run.signal, run.stderr]).toEqual([null, 'SIGTERM', '']);
    expect(statusesOf(run.messages, 'events')).toEqual(['STARTED', 'RUNNING', 'INCOMPLETE']);
    expect([errorsOf(run.messages), logsOf(run.messages).length]).toEqual([[], 1]);
    const covered = statesOf(run.messages).reduce((sum, { sourceStats }) => sum + sourceStats.recordCount, 0);
    const before = idsOf(run.messages, 'events');
    expect([covered > 300, covered < 4000, before.length]).toEqual([true, true, covered]);
    const rest = await bench.read({ settings, catalog, state: lastStates(run.messages) });
    const truth = [...bench.sandbox.rows('events')].map(({ id }) => id);
    expect([...before, ...idsOf(rest.messages, 'events')]).toEqual(truth);
  });

  test('ends a wait for the rate limit at once', async () => {
    const bench = await Bench.start({
      events: 100,
      visits: 0,
      faults: [{ fault: 'status-429', match: { request: [2, 99] } }],
    });
    const run = await bench.read(
      { settings: { page_size: 50 }, catalog },
      {
        onOutput: (text, child) => {
          if (text.includes('RATE_LIMITED')) child.kill('SIGTERM');
        },
      },
    );
    expect([run.signal, run.seconds < 10, run.stderr]).toEqual(['SIGTERM', true, '']);
    expect(errorsOf(run.messages)).toEqual([]);
  });

  test('ends it also where nobody reads any more', async () => {
    const bench = await Bench.start({ events: 20_000, visits: 0 });
    const run = await readRaw(bench, (child) => {
      child.stdout?.pause();
      void sleep(500).then(() => child.kill('SIGTERM'));
    });
    expect([run.code, run.signal, run.stderr, run.seconds < 10]).toEqual([null, 'SIGTERM', '', true]);
  });
});

test('a reader that leaves: one line on stderr, exit 1', async () => {
  const bench = await Bench.start({ events: 20_000, visits: 0 });
  const run = await readRaw(bench, (child) => child.stdout?.destroy());
  expect([run.code, run.stderr.split('\n').length]).toEqual([1, 2]);
  expect(run.stderr).toMatch(/^CRITICAL The reader of the output has gone \(broken pipe\)/);
});

test('a slow reader stops the requests, and gets every line', async () => {
  const bench = await Bench.start({ events: 20_000, visits: 0 });
  let requestsWhilePaused = 0;
  const run = await bench.read(
    { settings: { page_size: 500 }, catalog },
    {
      onStart: (child) => {
        child.stdout?.once('data', () => {
          child.stdout?.pause();
          void sleep(1500).then(() => {
            requestsWhilePaused = bench.sandbox.requests.length;
            child.stdout?.resume();
          });
        });
      },
    },
  );
  expect([run.code, idsOf(run.messages, 'events').length]).toEqual([0, 20_000]);
  expect(requestsWhilePaused).toBeLessThan(15);
});
