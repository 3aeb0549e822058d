import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** The door by itself, with programs that none of the executables is. */
function enter(run: string): { status: number | null; stderr: string } {
  const script = `import { enter } from './src/cli/front-door.ts';
    void enter({ name: 'program', environmentPrefix: 'PROGRAM_', run: ${run} }, process);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

test('the exit code is what the program returns', () => {
  expect([enter('async () => 0').status, enter('async () => 2').status]).toEqual([0, 2]);
});

test('a program that waits for something that can never come is no success', () => {
  expect(enter('() => new Promise(() => {})').status).toBe(1);
});
