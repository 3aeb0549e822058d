import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { faultKinds } from '../../src/sandbox/fault-table.js';

const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function launch(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/circle-sandbox.ts', ...args]);
  children.push(child);
  return child;
}

/** Runs it to its end. */
async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = launch(...args);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, ...output };
}

/** Starts it and waits for its line. */
async function serve(...args: string[]): Promise<{ child: ChildProcess; lines: string[]; url: string; token: string }> {
  const child = launch(...args);
  const lines: string[] = [];
  while (lines.length === 0 && child.stdout !== null) {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    lines.push(...chunk.toString().split('\n').filter(Boolean));
  }
  const { url, token } = JSON.parse(lines[0] ?? '') as { url: string; token: string };
  return { child, lines, url, token };
}

describe('circle-sandbox', () => {
  test('prints one line of JSON, serves, and dies of the signal that ends it', async () => {
    const { child, lines, url, token } = await serve(
      '--events',
      '50',
      '--visits',
      '7',
      '--token',
      'secret',
      '--page-cap',
      '9',
    );
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ url, token: 'secret', events: 50, visits: 7 }]);
    const response = await fetch(`${url}/api/data/v1/events`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await response.json()) as { events: unknown[] }).events).toHaveLength(9);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  test('takes faults as a list or from a file, live rows and a latency', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    folders.push(folder);
    const file = join(folder, 'faults.json');
    writeFileSync(file, JSON.stringify([{ fault: 'status-503', match: { request: 1 } }]));
    const { url, token } = await serve('--faults', file, '--live', '200', '--events', '10', '--latency-ms', '30');
    const headers = { authorization: `Token ${token}` };
    expect((await fetch(`${url}/api/data/v1/events`, { headers })).status).toBe(503);
    const begin = performance.now();
    expect((await fetch(`${url}/api/data/v1/events`, { headers })).status).toBe(200);
    expect(performance.now() - begin).toBeGreaterThan(28);
    const stats = (await (await fetch(`${url}/sandbox/stats`)).json()) as { visible: { events: number } };
    expect(stats.visible.events).toBeGreaterThan(10);

    const other = await serve('--faults', 'html-200:0.5,status-401');
    const rules = (await (await fetch(`${other.url}/sandbox/faults`)).json()) as { rules: unknown };
    expect(rules.rules).toEqual([{ fault: 'html-200', probability: 0.5 }, { fault: 'status-401' }]);
  });

  test('says what it can do', async () => {
    const help = await run('--help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    for (const name of [...faultKinds.keys(), 'chaos']) expect(help.stdout).toMatch(new RegExp(`^ +${name} `, 'm'));
    expect(await run('--version')).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: `circle-sandbox ${packageJson.version}\n`,
    });
  });

  test.each([
    [['--page-cap', '0'], '--page-cap: expected a whole number from 1 to 100000, got 0'],
    [['--events', 'many'], '--events: expected a whole number'],
    [['--live=-1'], '--live: expected a number from 0'],
    [['--start', 'soon'], '--start: expected a date and time'],
    [['--faults', 'nope'], 'there is no fault "nope"'],
    [['--faults', 'missing.json'], '--faults: missing.json cannot be read as JSON'],
    [['--colour', 'red'], 'Unknown argument: colour'],
  ])('%j is a usage error, one line', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^circle-sandbox: .*\n$/);
    expect(stderr).toContain(message);
  });

  test.each([[['--help']], [['--version']], [['--events', '5']]])(
    '%j with nobody to read it: one line',
    async (args) => {
      const child = launch(...args);
      let stderr = '';
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.stdout?.destroy();
      expect((await once(child, 'close')) as [unknown]).toEqual([1, null]);
      expect(stderr).toMatch(/^circle-sandbox: The reader of the output has gone.*\n$/);
    },
  );

  test('a port that is taken is one line and exit code 1', async () => {
    const { url } = await serve('--events', '1');
    const { code, stderr } = await run('--port', new URL(url).port, '--events', '1');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^circle-sandbox: .*EADDRINUSE.*\n$/)]);
  });
});
