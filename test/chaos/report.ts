import type { Totals } from './totals.js';

/** The figures as a table in Markdown, to print and to put into the docs. */
export function tableOf(totals: Totals): string {
  const { endings, changes, worstCrash, longestRecovery } = totals;
  const rows: readonly (readonly [string, string | number])[] = [
    ['runs (started processes)', totals.runs],
    ['... of them through the Airbyte face', totals.runsAsAirbyteSource],
    ['... that ended whole, with an error, killed', `${endings.whole}, ${endings.failed}, ${endings.killed}`],
    ['... killed', `${Math.round((100 * endings.killed) / Math.max(1, totals.runs))} %`],
    ['histories', totals.histories],
    ['... that failed', totals.failedHistories.length],
    ['faults applied', sumOf(totals.faults)],
    ['rows added, late, deleted meanwhile', `${changes.added}, ${changes.late}, ${changes.deleted}`],
    ['rows that came (RECORDs)', `${totals.rows} (${totals.delivered})`],
    ['rows lost', totals.lost],
    ['rows twice without a crash', totals.twiceWithoutCrash],
    ['rows twice after a crash', totals.twiceAfterCrash],
    ['... the most after one crash (rows behind its last STATE)', `${worstCrash.twice} (${worstCrash.allowed})`],
    ['longest recovery', `${longestRecovery.seconds} s in ${longestRecovery.runs} runs`],
    ['most runs until whole again', totals.mostRunsToRecover],
    ['wall time', `${totals.seconds} s`],
    ['seed', totals.seed],
  ];
  return [
    table(['figure', 'value'], rows),
    table(['killed by', 'runs'], Object.entries(totals.kills)),
    table(['fault', 'applied'], Object.entries(totals.faults)),
  ].join('\n\n');
}

/** @param names those that never happened, of what was counted */
export function neverHappened(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [name] : []));
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function table(head: readonly [string, string], rows: readonly (readonly [string, string | number])[]): string {
  return [head, ['---', '---'], ...rows].map(([name, value]) => `| ${name} | ${value} |`).join('\n');
}
