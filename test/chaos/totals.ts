import { allFaults } from './fault-plan.js';
import type { HistoryResult } from './history.js';
import { killKinds } from './kill.js';

/** The figures of a session, as `--json` writes them. */
export interface Totals {
  readonly seed: number;
  readonly histories: number;
  readonly failedHistories: readonly number[];
  /** Processes of the tap that were started. */
  readonly runs: number;
  readonly runsAsAirbyteSource: number;
  readonly endings: Readonly<Record<'whole' | 'failed' | 'killed', number>>;
  readonly kills: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly changes: Readonly<Record<'added' | 'late' | 'deleted', number>>;
  /** Different rows that came, and RECORDs in all. */
  readonly rows: number;
  readonly delivered: number;
  readonly lost: number;
  readonly twiceWithoutCrash: number;
  readonly twiceAfterCrash: number;
  /** The crash after which most rows came twice. */
  readonly worstCrash: { readonly twice: number; readonly allowed: number };
  readonly longestRecovery: { readonly seconds: number; readonly runs: number };
  readonly mostRunsToRecover: number;
  readonly seconds: number;
}

/** Adds up what came of the histories. */
export function totalsOf(seed: number, results: readonly HistoryResult[], seconds: number): Totals {
  const sum = (of: (result: HistoryResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  const ended = (ending: string): number => sum(({ endings }) => endings.filter((one) => one === ending).length);
  const crashes = results.flatMap((result) => result.crashes);
  const recoveries = results.flatMap((result) => result.recoveries);
  const [worst = { repeats: 0, allowed: 0 }] = crashes.toSorted((a, b) => b.repeats - a.repeats);
  const [longest = { seconds: 0, runs: 0 }] = recoveries.toSorted((a, b) => b.seconds - a.seconds);
  return {
    seed,
    histories: results.length,
    failedHistories: results.filter(({ problems }) => problems.length > 0).map(({ index }) => index),
    runs: sum(({ runs }) => runs),
    runsAsAirbyteSource: sum(({ airbyteRuns }) => airbyteRuns),
    endings: { whole: ended('whole'), failed: ended('failed'), killed: ended('killed') },
    kills: counted(killKinds, (kind) => sum(({ kills }) => kills.filter((one) => one === kind).length)),
    faults: counted(allFaults, (fault) => sum(({ faults }) => faults.get(fault) ?? 0)),
    changes: {
      added: sum(({ changes }) => changes.added),
      late: sum(({ changes }) => changes.late),
      deleted: sum(({ changes }) => changes.deleted),
    },
    rows: sum(({ rows }) => rows),
    delivered: sum(({ delivered }) => delivered),
    lost: sum(({ lost }) => lost),
    twiceWithoutCrash: sum(({ twice }) => twice),
    twiceAfterCrash: crashes.reduce((all, { repeats }) => all + repeats, 0),
    worstCrash: { twice: worst.repeats, allowed: worst.allowed },
    longestRecovery: { seconds: Math.round(longest.seconds * 10) / 10, runs: longest.runs },
    mostRunsToRecover: recoveries.reduce((most, { runs }) => Math.max(most, runs), 0),
    seconds: Math.round(seconds),
  };
}

function counted(names: readonly string[], count: (name: string) => number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, count(name)]));
}
