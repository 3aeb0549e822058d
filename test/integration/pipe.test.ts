import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { executable, run, start, Synced, Workspace, type Ended } from '../support/tap.js';

let workspace: Workspace;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ events: 14_000, visits: 1000, seed: 5 });
});
afterAll(async () => {
  await sandbox.close();
});
beforeEach(async () => {
  workspace = await Workspace.make();
});
afterEach(async () => {
  await workspace.remove();
});

const config = (): Record<string, unknown> => ({ api_token: sandbox.token, base_url: sandbox.url });

/** Runs the tap up to a number of bytes, then does something to it, and reads what still comes. */
async function interrupted(
  args: readonly string[],
  afterBytes: number,
  interrupt: (child: ReturnType<typeof start>) => void,
): Promise<Ended> {
  const child = start('tap-circle', args);
  const out: Buffer[] = [];
  let bytes = 0;
  let errors = '';
  let done = false;
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk);
    bytes += chunk.length;
    if (bytes < afterBytes || done) return;
    done = true;
    interrupt(child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout: Buffer.concat(out).toString(), stderr: errors };
}

describe('a reader that goes away', () => {
  test('`tap | head -3` ends with one line on stderr, exit code 1 and no stack', async () => {
    const path = await workspace.file('config.json', config());
    const script = `"${process.execPath}" "${executable('tap-circle')}" --config "${path}" | head -3 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const ended = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile('bash', ['-c', script], (_error, stdout, stderr) => resolve({ stdout, stderr }));
    });
    expect(ended.stdout).toBe('1\n');
    expect(ended.stderr).toMatch(/^CRITICAL The reader of the output has gone \(broken pipe\)[^\n]*\n$/);
  });

  test('a reader that sleeps holds the requests', async () => {
    const before = sandbox.stats.requests;
    const child = start('tap-circle', ['--config', await workspace.file('config.json', config())]);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const asked = sandbox.stats.requests - before;
    child.kill('SIGKILL');
    await once(child, 'close');
    // One page alone and the round that was asked for ahead, of 8 pages in all; with what is speculative.
    expect(asked).toBeLessThanOrEqual(7);
  });
});

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: the last line is a whole STATE, the process dies by it, nothing is lost',
    async (signal) => {
      const path = await workspace.file('config.json', config());
      const ended = await interrupted(['--config', path], 4_000_000, (child) => child.kill(signal));
      expect([ended.code, ended.signal]).toEqual([null, signal]);
      const first = new Synced(ended);
      expect(first.stdout.endsWith('\n')).toBe(true);
      expect(first.messages.at(-1)?.type).toBe('STATE');
      await expectWholeAfter(first);
    },
  );

  test('SIGTERM while the second stream waits for its first answer: the last line is a STATE', async () => {
    const faults = [
      { fault: 'status-429-seconds' as const, match: { stream: 'visits' as const }, with: { seconds: 60 } },
    ];
    const busy = await startSandbox({ events: 20, visits: 20, seed: 5, faults });
    try {
      const path = await workspace.file('config.json', { api_token: busy.token, base_url: busy.url });
      const child = start('tap-circle', ['--config', path]);
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (text.includes('{"type":"SCHEMA","stream":"visits"')) setTimeout(() => child.kill('SIGTERM'), 200);
      });
      const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
      const ended = new Synced({ code, signal, stdout, stderr: '' });
      expect(ended.signal).toBe('SIGTERM');
      expect(ended.messages.at(-1)?.type).toBe('STATE');
      expect(ended.states.at(-1)).toEqual(ended.states.at(-2));
    } finally {
      await busy.close();
    }
  });

  test('SIGTERM and SIGINT 5 ms apart, and SIGTERM while it waits to try again', async () => {
    const path = await workspace.file('config.json', config());
    const ended = await interrupted(['--config', path], 3_000_000, (child) => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGINT'), 5);
    });
    expect(ended.signal).toBe('SIGTERM');
    await expectWholeAfter(new Synced(ended));

    const down = await workspace.file('down.json', { api_token: 'x', base_url: 'http://127.0.0.1:9' });
    const began = Date.now();
    const waiting = await run('tap-circle', ['--config', down], {
      onStart: (child) => child.stderr.once('data', () => setTimeout(() => child.kill('SIGTERM'), 300)),
    });
    expect([waiting.code, waiting.signal]).toEqual([null, 'SIGTERM']);
    expect(Date.now() - began).toBeLessThan(5000);
  });

  test('SIGTERM while the reader is stalled: dead within seconds', async () => {
    const child = start('tap-circle', ['--config', await workspace.file('config.json', config())]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const began = Date.now();
    child.kill('SIGTERM');
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    expect(signal).toBe('SIGTERM');
    expect(Date.now() - began).toBeLessThan(3500);
    child.stdout.destroy();
  });
});

test('SIGKILL at any byte: what is behind the last whole STATE may come twice, nothing is lost', async () => {
  const path = await workspace.file('config.json', config());
  for (const bytes of [1, 2_345_678, 7_000_001]) {
    const ended = await interrupted(['--config', path], bytes, (child) => child.kill('SIGKILL'));
    await expectWholeAfter(new Synced(ended));
  }
});

/** Resumes from the last STATE and compares both runs together with the sandbox's own books. */
async function expectWholeAfter(first: Synced): Promise<void> {
  const second = await workspace.tap(config(), first.lastState === undefined ? {} : { state: first.lastState });
  expect(second.code).toBe(0);
  for (const stream of ['events', 'visits'] as const) {
    const came = new Map<string, number>();
    for (const id of [...first.ids(stream), ...second.ids(stream)]) came.set(id, (came.get(id) ?? 0) + 1);
    const wanted = [...sandbox.rows(stream)].map(({ id }) => id);
    expect(wanted.filter((id) => !came.has(id)).slice(0, 3)).toEqual([]);
    expect(came.size).toBe(wanted.length);
    // A stopped run repeats its last STATE behind rows that it does not cover: what counts is where it came first.
    const last = JSON.stringify(first.lastState);
    const lastState = first.messages.findIndex(({ type, value }) => type === 'STATE' && JSON.stringify(value) === last);
    const behind = new Set(first.messages.slice(lastState + 1).map(({ record }) => record?.id));
    const twice = [...came].filter(([, times]) => times > 1).map(([id]) => id);
    expect(twice.filter((id) => !behind.has(id)).slice(0, 3)).toEqual([]);
  }
}
