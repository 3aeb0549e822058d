import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { answerBytes, idOf, rowText } from '../support/hostile-answers.js';
import { commandLine, faces, idsIn, linesOf, syncFrom, TOKEN, type Face } from '../support/hostile-run.js';
import { closeHostileServers, HostileServer } from '../support/hostile-server.js';
import { stoppedRun, type Running, type Stopped } from '../support/stopped-run.js';
import { executable, Workspace } from '../support/tap.js';

/** SIGTERM and SIGINT at bad moments, in both faces: dead by the signal soon, and the last safe STATE is out. */

/** Two seconds is what is promised; a busy machine is given more. */
const SOON_MS = 5000;
const patient = { request_timeout_seconds: 60, max_retry_seconds: 900 };
/** Many small pages, so that signals come between and inside. */
const paged = { settings: { ...patient, page_size: 100 } };
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ events: 4000, visits: 0, seed: 9, token: TOKEN, latencyMs: 5 });
});
afterAll(async () => {
  await sandbox.close();
  await closeHostileServers();
});

function expectDeadBy(signal: NodeJS.Signals, run: Stopped): void {
  expect([run.code, run.signal, run.errors]).toEqual([null, signal, []]);
  expect(run.millis).toBeLessThan(SOON_MS);
  expect(run.stderr).not.toMatch(/^\s+at /m);
}

/** What the last state covers does not come again, and everything else does. */
async function expectSafe(face: Face, run: Stopped): Promise<void> {
  const last = run.states.at(-1);
  if (last === undefined) throw new Error('there is no state');
  const lines = run.stdout.split('\n');
  // A run that was stopped repeats its last STATE behind rows that it does not cover: what counts is where it came first.
  const first = lines.findIndex((line) => line.includes(last));
  const covered = idsIn(linesOf(face, lines.slice(0, first).join('\n'), ''));
  const value: unknown = JSON.parse(last);
  const rest = await syncFrom(sandbox.url, { face, settings: patient, state: face === 'singer' ? value : [value] });
  expect(rest.code).toBe(0);
  const all = [...sandbox.rows('events')].map(({ id }) => id);
  expect([...covered, ...idsIn(rest)].sort()).toEqual(all.sort());
}

/** The last line is whole and says where to go on: a STATE, and for Airbyte what goes behind it. */
function expectWholeEnd(face: Face, { stdout, states }: Stopped): void {
  expect(stdout.endsWith('\n')).toBe(true);
  const lines = stdout.split('\n').slice(0, -1);
  if (face === 'singer') expect(lines.at(-1)).toBe(`{"type":"STATE","value":${states.at(-1) ?? ''}}`);
  else expect(lines.at(-1)).toMatch(/"stream_status":.*"INCOMPLETE"/);
}

describe.each(faces)('%s: while pages come', (face) => {
  test.each([
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('%s, and %s 5 ms later: the first one counts', async (one, other) => {
    const run = await stoppedRun(face, sandbox.url, paged, async (running) => {
      await running.shows('"type":"STATE"', 10);
      running.kill(one);
      await sleep(5);
      running.kill(other);
    });
    expectDeadBy(one, run);
    expectWholeEnd(face, run);
    await expectSafe(face, run);
  });

  test.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('%s, and %s while the output drains: it is not cut, and the first one counts', async (one, other) => {
    const run = await stoppedRun(face, sandbox.url, paged, async (running) => {
      await running.shows('"type":"STATE"', 3);
      running.stopReading();
      // Time for the pipe to fill up.
      await sleep(300);
      running.kill(one);
      await sleep(100);
      running.kill(other);
      await sleep(200);
      running.goOnReading();
    });
    expectDeadBy(one, run);
    expectWholeEnd(face, run);
    await expectSafe(face, run);
  });

  test('nobody reads: dead all the same, and the states in the pipe are safe', async () => {
    const run = await stoppedRun(face, sandbox.url, paged, async (running) => {
      await running.shows('"type":"STATE"', 3);
      running.stopReading();
      await sleep(300);
      running.kill('SIGINT');
    });
    expectDeadBy('SIGINT', run);
    await expectSafe(face, run);
  });
});

const firstPage = `{"events":[${rowText(1)},${rowText(2)}],"pagination":{"next_page_uri":"/api/data/v1/events?page=2"}}`;

/** The moments at which a request may be; each server gives one page before, and `isThere` says when it is that far. */
const moments: readonly (readonly [string, string, (server: HostileServer, running: Running) => Promise<void>])[] = [
  ['waits for a 429 with Retry-After: 60', 'wait', async (_server, running) => running.shows('Trying again in 60')],
  ['waits for headers', 'headers', async (server, running) => running.until(() => server.heads.length === 2)],
  ['waits for the rest of a body', 'body', async (server, running) => running.until(() => server.heads.length === 2)],
];

describe.each(faces)('%s: while it', (face) => {
  test.each(moments)('%s', async (_what, moment, isThere) => {
    const server = await HostileServer.start((socket, { number }) => {
      if (number === 1) socket.write(answerBytes(firstPage));
      else if (moment === 'wait') socket.write(answerBytes('', { status: 429, headers: { 'Retry-After': '60' } }));
      else if (moment === 'body')
        socket.write(answerBytes(firstPage.slice(0, 50), { contentLength: firstPage.length }));
    });
    const how = { settings: { ...patient, page_size: 2 } };
    const run = await stoppedRun(face, server.url, how, async (running) => {
      await isThere(server, running);
      await sleep(50);
      running.kill('SIGTERM');
    });
    expectDeadBy('SIGTERM', run);
    expectWholeEnd(face, run);
    expect(idsIn(run)).toEqual([idOf(1), idOf(2)]);
    expect(run.states.at(-1)).toContain(idOf(2));
  });

  test('connects: the state that was given is given back, or none is told', async () => {
    // To a TLS client, silence.
    const server = await HostileServer.start(() => undefined);
    const bookmark = { replication_key: 'created_at', replication_key_value: '2026-01-01T00:00:00.000Z' };
    const stream = { stream_descriptor: { name: 'events' }, stream_state: bookmark };
    const given = face === 'singer' ? { bookmarks: { events: bookmark } } : [{ type: 'STREAM', stream }];
    const url = server.url.replace('http:', 'https:');
    const run = await stoppedRun(face, url, { settings: patient, state: given }, async (running) => {
      await running.until(() => server.connections === 1);
      await sleep(50);
      running.kill('SIGTERM');
    });
    expectDeadBy('SIGTERM', run);
    expectWholeEnd(face, run);
    expect(run.states.map((text) => JSON.parse(text) as unknown)).toEqual(face === 'singer' ? [given] : []);
  });

  test.each([0, 40, 80, 120, 160])('starts, %p ms ago: dead by it, no line cut', async (millis) => {
    const run = await stoppedRun(face, sandbox.url, paged, async (running) => {
      await sleep(millis);
      running.kill('SIGTERM');
    });
    expectDeadBy('SIGTERM', run);
    if (run.stdout !== '') expectWholeEnd(face, run);
    if (run.states.length > 0) await expectSafe(face, run);
  });

  test('writes to what cannot be written to: one line, exit code 1', async () => {
    const workspace = await Workspace.make();
    const [name, args] = await commandLine(workspace, sandbox.url, face, paged);
    const readOnly = openSync(await workspace.file('read-only', ''), 'r');
    const child = spawn(process.execPath, [executable(name), ...args], { stdio: ['ignore', readOnly, 'pipe'] });
    closeSync(readOnly);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    await workspace.remove();
    expect([code, signal]).toEqual([1, null]);
    expect(stderr).toMatch(/^CRITICAL The output cannot be written: [^\n]*EBADF[^\n]*\n$/);
  });
});
