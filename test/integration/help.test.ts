import { describe, expect, test } from '@jest/globals';
import { wantsReadyHelp } from '../../src/cli/ready-help.js';
import { run } from '../support/tap.js';

/** `--help` alone is a text from build time; with anything beside it yargs renders it as it runs. */
describe('--help', () => {
  test.each([
    ['tap-circle', '--about'],
    ['source-circle', '--about'],
    ['target-segment', '--about'],
    ['circle-sandbox', '--live'],
  ])('%s: what was rendered at build time is what yargs prints', async (name, flag) => {
    const ready = await run(name, ['--help']);
    const rendered = await run(name, ['--help', flag]);
    expect([ready.code, ready.stderr]).toEqual([0, '']);
    expect(ready.stdout).toMatch(/Options:/);
    expect(ready.stdout).toBe(rendered.stdout);
  });

  test('a terminal of less than 80 columns has it wrapped by yargs', () => {
    const isReady = (columns?: number): boolean => wantsReadyHelp(['--help'], { ...(columns && { columns }) });
    expect([isReady(), isReady(200), isReady(80), isReady(79)]).toEqual([true, true, true, false]);
  });

  test('beside other arguments it is not the ready text', () => {
    expect([wantsReadyHelp(['--help', '--about'], {}), wantsReadyHelp([], {}), wantsReadyHelp(['read'], {})]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
