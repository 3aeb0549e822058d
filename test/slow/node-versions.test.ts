import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { SegmentServer } from '../support/segment-server.js';
import { settingsFor } from '../support/segment-target.js';
import { executable, type Ended } from '../support/tap.js';

/** The executables on the oldest Node of each line that package.json promises, and on the newest that there was. */
const versions = ['20.19.0', '22.12.0', '24.21.0', '26.12.1'];
/** Node 20 has no compile cache. */
const caching = versions.filter((version) => !version.startsWith('20.'));

const exec = promisify(execFile);
let folder: string;
let sandbox: Sandbox;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-circle-nodes-'));
  // Node's own binaries, as npm has them.
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const dependencies = Object.fromEntries(versions.map((version) => [`node-${version}`, `npm:${name}@${version}`]));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await exec('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  sandbox = await startSandbox({ events: 2500, visits: 300 });
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ api_token: sandbox.token, base_url: sandbox.url, page_size: 200 }),
  );
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs an executable on a Node of that version, to its end; after 30 seconds it is killed. */
async function on(
  version: string,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Ended> {
  const node = join(folder, 'node_modules', `node-${version}`, 'bin/node');
  const child = spawn(node, [executable(name), ...args], {
    env,
    stdio: 'pipe',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

const config = (): string => join(folder, 'config.json');
const sync = async (version: string, env?: Readonly<Record<string, string>>): Promise<Ended> =>
  await on(version, 'tap-circle', ['--config', config()], env);
const lastState = (output: string): string => {
  const states = output.split('\n').filter((line) => line.startsWith('{"type":"STATE"'));
  return JSON.stringify((JSON.parse(states.at(-1) ?? '') as { readonly value: unknown }).value);
};
const idsIn = (output: string): string[] =>
  [...output.matchAll(/"(?:record|data)":\{"id":"([^"]+)"/g)].map(([, id]) => id ?? '');

test('the versions are of all lines that package.json promises', () => {
  const lines = manifest.engines.node.split('||').map((range) => range.replace(/[^\d.]/g, ''));
  expect(lines.map((line) => versions.some((version) => version.startsWith(line)))).toEqual(lines.map(() => true));
});

describe.each(versions)('on Node %s', (version) => {
  test('the tap sends every row once, through both faces, and target-segment takes them', async () => {
    const singer = await sync(version);
    expect({ code: singer.code, stderr: singer.stderr }).toMatchObject({ code: 0 });
    const wanted = [...sandbox.rows('events'), ...sandbox.rows('visits')].map(({ id }) => id).sort();
    expect(idsIn(singer.stdout).sort()).toEqual(wanted);

    const streams = ['events', 'visits'].map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['incremental'] },
      ...{ sync_mode: 'incremental', destination_sync_mode: 'append', cursor_field: ['created_at'] },
    }));
    await writeFile(join(folder, 'catalog.json'), JSON.stringify({ streams }));
    const airbyte = await on(version, 'source-circle', [
      'read',
      '--config',
      config(),
      '--catalog',
      join(folder, 'catalog.json'),
    ]);
    expect(airbyte.code).toBe(0);
    expect(idsIn(airbyte.stdout).sort()).toEqual(wanted);

    const segment = await SegmentServer.start();
    await writeFile(join(folder, 'target.json'), JSON.stringify(settingsFor(segment)));
    const args = ['--config', join(folder, 'target.json')];
    const target = await on(version, 'target-segment', args, {}, singer.stdout);
    await segment.close();
    expect({ code: target.code, stderr: target.stderr }).toMatchObject({ code: 0 });
    expect(segment.taken.size).toBeGreaterThanOrEqual(wanted.length);
    expect(target.stdout.trim().split('\n').at(-1)).toBe(lastState(singer.stdout));
  });
});

/** A home with a cache home in it, and what is in the folder of ours there. */
async function home(name: string): Promise<{ readonly env: Readonly<Record<string, string>>; readonly cache: string }> {
  const path = await mkdtemp(join(folder, `${name}-`));
  await mkdir(join(path, '.cache'));
  return { env: { HOME: path }, cache: join(path, '.cache/tap-circle') };
}

describe.each(caching)('the compile cache of Node %s', (version) => {
  test('is made in the cache home, for its owner alone, and used by the next run', async () => {
    const { env, cache } = await home('kept');
    expect((await sync(version, env)).code).toBe(0);
    expect((await stat(cache)).mode & 0o777).toBe(0o700);
    const again = await sync(version, { ...env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
    expect(again.code).toBe(0);
    const accepted = again.stderr.split('\n').filter((line) => /cache for .* was accepted/.test(line));
    expect(accepted.length).toBeGreaterThan(5);
    expect(again.stderr).not.toContain('was rejected');
  });

  test('is not made where there is no cache home, or where the user wants none', async () => {
    const bare = await mkdtemp(join(folder, 'bare-'));
    expect((await sync(version, { HOME: bare })).code).toBe(0);
    expect(await readdir(bare)).toEqual([]);
    const { env, cache } = await home('unwanted');
    expect((await sync(version, { ...env, NODE_DISABLE_COMPILE_CACHE: '1' })).code).toBe(0);
    await expect(stat(cache)).rejects.toThrow(/ENOENT/);
  });

  test('leaves a folder alone that others can write to, or that is a link', async () => {
    const shared = await home('shared');
    await mkdir(shared.cache);
    await chmod(shared.cache, 0o777);
    expect((await sync(version, shared.env)).code).toBe(0);
    expect(await readdir(shared.cache)).toEqual([]);
    const linked = await home('linked');
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
    await symlink(elsewhere, linked.cache);
    expect((await sync(version, linked.env)).code).toBe(0);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test('is not made in a cache home that somebody else could exchange it in', async () => {
    const open = await home('open');
    await chmod(dirname(open.cache), 0o777);
    expect((await sync(version, open.env)).code).toBe(0);
    const above = await home('above');
    await chmod(dirname(dirname(above.cache)), 0o777);
    expect((await sync(version, above.env)).code).toBe(0);
    const made = [open.cache, above.cache];
    if (process.getuid?.() === 0) {
      // Root, with the home of another user.
      const foreign = await home('foreign');
      await chown(dirname(foreign.cache), 65_534, 65_534);
      expect((await sync(version, foreign.env)).code).toBe(0);
      made.push(foreign.cache);
    }
    for (const cache of made) await expect(stat(cache)).rejects.toThrow(/ENOENT/);
  });

  test.each(['/proc', '/proc/nope', '/dev/null', '/etc/hostname', 'relative'])(
    'does not keep a run from its end where the cache home is %s',
    async (path) => {
      expect(await on(version, 'tap-circle', ['--version'], { XDG_CACHE_HOME: path })).toMatchObject({
        ...{ code: 0, stderr: '' },
        stdout: `tap-circle ${manifest.version}\n`,
      });
    },
  );
});
