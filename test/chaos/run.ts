/**
 * `npm run test:chaos`: real processes of the tap against the sandbox, with faults, changing rows and kills by seed. What
 * came through the pipes is compared with the sandbox's own books.
 */
import { writeFile } from 'node:fs/promises';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { HISTORIES_FOR_ALL_FAULTS } from './community.js';
import { playHistory, type HistoryResult } from './history.js';
import { neverHappened, tableOf } from './report.js';
import { totalsOf, type Totals } from './totals.js';

const options = await yargs(hideBin(process.argv))
  .usage('npm run test:chaos -- [options]')
  .option('runs', {
    type: 'number',
    default: 1000,
    describe: 'begin new histories until so many processes were started',
  })
  .option('seed', { type: 'number', default: 1, describe: 'decides what happens; when it happens, the machine does' })
  .option('history', { type: 'number', describe: 'play this one alone, and print its log' })
  .option('parallel', { type: 'number', default: 4, describe: 'histories at once: they mostly wait' })
  .option('json', { type: 'string', describe: 'write the figures to this file as well' })
  .strict()
  .parseAsync();

const { seed, runs, history, parallel, json } = options;
const began = performance.now();
const results: HistoryResult[] = [];
let started = 0;
let next = 0;

if (history === undefined) await Promise.all(Array.from({ length: parallel }, () => playOn()));
else tell(await playHistory(seed, history), true);

results.sort((a, b) => a.index - b.index);
const totals = totalsOf(seed, results, (performance.now() - began) / 1000);
print(`\n${tableOf(totals)}`);
if (json !== undefined) await writeFile(json, `${JSON.stringify(totals, null, 2)}\n`);
process.exitCode = isSound(totals) ? 0 : 1;

/** Plays one history after another, as long as more runs are wanted. */
async function playOn(): Promise<void> {
  while (started < runs) {
    const result = await playHistory(seed, next++);
    started += result.runs;
    tell(result, false);
  }
}

function tell(result: HistoryResult, withLog: boolean): void {
  results.push(result);
  const { index, problems, log, endings, rows } = result;
  const failed = problems.length > 0;
  print(`${failed ? 'FAILED' : 'ok'} history ${index}: ${rows} rows, runs: ${endings.join(', ')}`);
  if (failed || withLog) print(log.map((line) => `  ${line}`).join('\n'));
  if (failed) {
    print(problems.map((problem) => `  ! ${problem}`).join('\n'));
    print(`  again: npm run test:chaos -- --seed ${seed} --history ${index}`);
  }
}

/** A session that never met a fault or a kill proves nothing about it. */
function isSound({ failedHistories, histories, faults, kills }: Totals): boolean {
  const missed = [...neverHappened(faults), ...neverHappened(kills)];
  const isLong = histories >= 2 * HISTORIES_FOR_ALL_FAULTS;
  if (missed.length > 0 && history === undefined) print(`\nnever happened: ${missed.join(', ')}`);
  return failedHistories.length === 0 && !(isLong && missed.length > 0);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
