import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { startSandbox } from '../../src/sandbox/sandbox.js';

/** The packed package in an empty project, as `npm install` puts it there. */

const exec = promisify(execFile);
let folder: string;
let project: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-circle-package-'));
  project = join(folder, 'project');
  await mkdir(project);
  // `prepack` would build `dist` anew, from which other tests start processes meanwhile.
  await exec('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: resolve('.') });
  await writeFile(join(project, 'package.json'), '{"name":"empty","version":"1.0.0"}');
  const tarball = join(folder, `tap-circle-${manifest.version}.tgz`);
  await exec('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: project });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const bin = (name: string): string => join(project, 'node_modules/.bin', name);

describe('the packed package', () => {
  test.each(Object.keys(manifest.bin))('%s runs', async (name) => {
    expect((await exec(bin(name), ['--version'])).stdout).toContain(manifest.version);
    expect((await exec(bin(name), ['--help'])).stdout).toContain(name === 'source-circle' ? 'tap-circle' : name);
  });

  test('needs no other package', async () => {
    const lock = JSON.parse(await readFile(join(project, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: object;
    };
    expect(Object.keys(lock.packages)).toEqual(['node_modules/tap-circle']);
  });

  test('syncs from a sandbox of its own', async () => {
    const sandbox = await startSandbox({ events: 20, visits: 5 });
    const env = { PATH: process.env['PATH'], TAP_CIRCLE_API_TOKEN: sandbox.token, TAP_CIRCLE_BASE_URL: sandbox.url };
    const { stdout } = await exec(bin('tap-circle'), ['--config=ENV'], { env });
    await sandbox.close();
    expect(stdout.split('\n').filter((line) => line.includes('"type":"RECORD"'))).toHaveLength(25);
  });

  test('has nothing that publint finds wrong', async () => {
    const { stdout } = await exec(process.execPath, [
      resolve('node_modules/publint/src/cli.js'),
      ...['run', join(project, 'node_modules/tap-circle'), '--strict', '--pack', 'false'],
    ]);
    expect(stdout).toContain('All good!');
  });

  test('has its notices, its schemas and no source', async () => {
    const root = join(project, 'node_modules/tap-circle');
    for (const path of [
      'LICENSE',
      'README.md',
      'dist/THIRD_PARTY_LICENSES.txt',
      'catalog.json',
      'spec.json',
      'schemas/events.json',
    ]) {
      expect((await readFile(join(root, path))).length).toBeGreaterThan(100);
    }
    await expect(readFile(join(root, 'src/cli/tap-circle.ts'))).rejects.toThrow(/ENOENT/);
  });
});
