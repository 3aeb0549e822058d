/**
 * `npm run test:mutations`: puts faults into a copy of the engine, one at a time, and runs the engine's tests on each.
 * A fault that no test finds means that a promise is not tested.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mutations, type Mutation } from './mutations.js';

/** Tests that play the engine; what runs built executables would not see the mutated source. */
const TESTS = ['test/unit/engine-', 'test/unit/instant', 'test/unit/page', 'test/unit/paging', 'test/unit/scan-page'];
const COPIED = ['src', 'test/unit', 'test/support', 'test/fixtures', 'schemas', 'openapi', 'spec.json', 'catalog.json'];
const FILES = ['package.json', 'jest.config.js', 'tsconfig.json'];
const TIMEOUT_MS = 300_000;

interface Verdict {
  readonly mutation: string;
  readonly killedBy: string;
  readonly seconds: number;
}

const root = new URL('../..', import.meta.url).pathname;
const exec = promisify(execFile);

async function makeCopy(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'mutations-'));
  for (const path of [...COPIED, ...FILES]) await cp(join(root, path), join(copy, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** @returns the name of the test that went red, or null where all passed */
async function runTests(copy: string): Promise<string | null> {
  const jest = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')];
  try {
    await exec(process.execPath, [...jest, '--runInBand', '--bail', '--rootDir', copy, ...TESTS], {
      cwd: copy,
      env: { ...process.env, MODEL_STOP: '1', FORCE_COLOR: '0' },
      timeout: TIMEOUT_MS,
      maxBuffer: 1e9,
    });
    return null;
  } catch (error) {
    const { stderr = '', killed } = error as { stderr?: string; killed?: boolean };
    if (killed === true) return `no end within ${TIMEOUT_MS / 1000} s`;
    const failed = /● (.+)/.exec(stderr)?.[1];
    if (failed === undefined) throw new Error(`the tests did not run: ${stderr.slice(0, 2000)}`, { cause: error });
    return failed.split(' › ').at(-1) ?? failed;
  }
}

async function tryMutation(copy: string, { name, file, from, to }: Mutation): Promise<Verdict> {
  const began = Date.now();
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} does not have once what "${name}" replaces: ${from}`);
  await writeFile(
    path,
    source.replace(from, () => to),
  );
  const killedBy = (await runTests(copy)) ?? '';
  await writeFile(path, source);
  return { mutation: name, killedBy, seconds: (Date.now() - began) / 1000 };
}

async function work(queue: Mutation[], verdicts: Verdict[]): Promise<void> {
  const copy = await makeCopy();
  try {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const verdict = await tryMutation(copy, next);
      verdicts.push(verdict);
      print(`${verdict.killedBy === '' ? 'ALIVE ' : 'killed'}  ${verdict.mutation}`);
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function print(line: string): void {
  process.stdout.write(line + '\n');
}

const only = process.argv[2];
const chosen = mutations.filter(({ name }) => only === undefined || name.includes(only));
const verdicts: Verdict[] = [];
const queue = [...chosen];
const unmutated = await makeCopy();
const broken = await runTests(unmutated).finally(() => rm(unmutated, { recursive: true, force: true }));
if (broken !== null) throw new Error(`without any mutation, a test fails: ${broken}`);
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => work(queue, verdicts)));

print('\n| mutation | found by | seconds |\n| --- | --- | --- |');
for (const { mutation, killedBy, seconds } of verdicts) {
  print(`| ${mutation} | ${killedBy || 'NOTHING'} | ${seconds.toFixed(0)} |`);
}
const alive = verdicts.filter(({ killedBy }) => killedBy === '');
print(`\n${verdicts.length} mutations, ${verdicts.length - alive.length} killed, ${alive.length} alive`);
process.exitCode = alive.length === 0 && verdicts.length > 0 ? 0 : 1;
