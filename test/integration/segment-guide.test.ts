import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { expectedIds } from '../support/segment-pipe.js';
import type { SentCall } from '../support/segment-rules.js';
import { SegmentServer } from '../support/segment-server.js';
import { settingsFor } from '../support/segment-target.js';
import { executable } from '../support/tap.js';

/** The commands of docs/segment.md and of the README's section, word for word, by a shell. */

const guide = readFileSync('docs/segment.md', 'utf8');
const [pipeBlock = '', dryBlock = ''] = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);

let sandbox: Sandbox;
let segment: SegmentServer;
let folder = '';

beforeEach(async () => {
  sandbox = await startSandbox({ events: 1500, visits: 300, seed: 5 });
  segment = await SegmentServer.start();
  folder = mkdtempSync(join(tmpdir(), 'segment-guide-'));
  mkdirSync(join(folder, 'bin'));
  for (const name of ['tap-circle', 'target-segment']) {
    const script = `#!/bin/sh\nexec '${process.execPath}' '${executable(name)}' "$@"\n`;
    writeFileSync(join(folder, 'bin', name), script, { mode: 0o755 });
  }
  const tap = { api_token: sandbox.token, base_url: sandbox.url, requests_per_minute: 0 };
  // The guide calls it tap.json, the README config.json as everywhere else in it.
  for (const name of ['tap.json', 'config.json']) file(name, tap);
  file('segment.json', { ...settingsFor(segment), identify: 'lifecycle', community_group_id: 'engines' });
});
afterEach(async () => {
  await segment.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: unknown): void {
  writeFileSync(join(folder, name), JSON.stringify(content));
}

function linesOf(name: string): string[] {
  return readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
}

/** Runs commands in the folder, with the executables on the path. */
async function shell(commands: string, options = '-euo pipefail'): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  const args = ['--norc', ...options.split(' '), '-c', commands];
  return await new Promise((resolve, reject) => {
    execFile('bash', args, { cwd: folder, env, maxBuffer: Infinity }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${error.message}\n${stderr}`));
    });
  });
}

function callsOf(stdout: string): SentCall[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SentCall);
}

test("the guide's pipe sends every row, and what it says of the next run goes on from there", async () => {
  await shell(pipeBlock);
  expect([...segment.taken.keys()].sort()).toEqual([...expectedIds(sandbox)].sort());
  expect(linesOf('state.json')).toEqual(linesOf('state.jsonl').slice(-1));

  const [, next = ''] = /# the next run: (tap-circle .*) \| \.\.\./.exec(pipeBlock) ?? [];
  const [, target = ''] = /\| (target-segment .*)/.exec(pipeBlock) ?? [];
  const { length } = segment.requests;
  await shell(`${next} | ${target}`);
  expect(segment.requests).toHaveLength(length);
  expect(linesOf('state.jsonl').length).toBeGreaterThan(0);
});

test("the guide's look without sending: five calls, nothing sent, no stack trace where the pipe ends", async () => {
  // Without pipefail, as a shell is by default: `head` ends the pipe.
  const { stdout, stderr } = await shell(dryBlock, '-eu');
  const calls = callsOf(stdout);
  expect(calls).toHaveLength(5);
  for (const { type, messageId } of calls) {
    expect(type).toMatch(/^(track|identify|group)$/);
    expect(messageId).toMatch(/^circle:/);
  }
  expect(segment.requests).toEqual([]);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("the README's pipe sends every row", async () => {
  const [, command = ''] = /`(tap-circle [^`]*\| target-segment [^`]*)`/.exec(readFileSync('README.md', 'utf8')) ?? [];
  await shell(command);
  expect([...segment.taken.keys()].sort()).toEqual([...expectedIds(sandbox)].sort());
  expect(linesOf('state.jsonl').length).toBeGreaterThan(0);
});

test("the guide's mapping file does to Circle's rows what it says", async () => {
  const [, example = ''] = /## Your own mapping[\s\S]*?```json\n([\s\S]*?)```/.exec(guide) ?? [];
  writeFileSync(join(folder, 'mapping.json'), example);
  file('segment.json', { mapping_file: 'mapping.json' });
  const { stdout } = await shell('tap-circle --config tap.json | target-segment --config segment.json --dry-run');
  const calls = callsOf(stdout);
  const rows = [...sandbox.rows('events'), ...sandbox.rows('visits')];
  const count = (name: string): number => rows.filter((row) => row.name === name).length;
  const liked = calls.filter((call) => call.type === 'track' && call.event === 'Liked A Post');
  expect(count('post.liked')).toBeGreaterThan(0);
  expect(liked).toHaveLength(count('post.liked'));
  for (const { properties } of liked) expect(Object.keys(properties ?? {})).toEqual(['post']);
  expect(calls.filter((call) => call.type === 'page')).toHaveLength(count('community_member.visit'));
  expect(count('direct_chat_rooms.message.created')).toBeGreaterThan(0);
  expect(stdout).not.toContain('direct_chat_rooms.message.created');
});
