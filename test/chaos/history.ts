import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { streamNames } from '../../src/sandbox/rows.js';
import { hash } from '../../src/sandbox/random.js';
import { Workspace } from '../support/tap.js';
import { bookmarkProblems, finalBookmarkProblems, lastBookmarks } from './bookmarks.js';
import { Books, visibleRows, type Crash, type Visible } from './books.js';
import { Chance } from './chance.js';
import { makeChanges } from './changes.js';
import { addBursts, planHistory, type HistoryPlan } from './community.js';
import { breaksOrder, hidesDates, planRules } from './fault-plan.js';
import { appliedFaults, requestsOf, startsOf } from './journal.js';
import { planKill, type KillKind } from './kill.js';
import { runTap, type Bookmarks, type TapEnd } from './tap-run.js';
import { readTranscript, type Transcript } from './transcript.js';
import { endingOf, runProblems, tailProblems, type Ending } from './verdicts.js';

/** What came of a history. */
export interface HistoryResult {
  readonly index: number;
  /** What must not be; a history ends with the first run that has any. */
  readonly problems: readonly string[];
  /** One line a run. */
  readonly log: readonly string[];
  readonly runs: number;
  readonly endings: readonly Ending[];
  readonly airbyteRuns: number;
  readonly kills: readonly KillKind[];
  readonly crashes: readonly Crash[];
  readonly recoveries: readonly Recovery[];
  readonly faults: ReadonlyMap<string, number>;
  readonly changes: Readonly<Record<'added' | 'late' | 'deleted', number>>;
  readonly delivered: number;
  readonly rows: number;
  readonly lost: number;
  readonly twice: number;
}

/** From the end of a run that did not end well until one was whole. */
export interface Recovery {
  readonly seconds: number;
  readonly runs: number;
}

const KILL_SHARE = 0.78;
const BYTES_OF_SCHEMAS = 26_000;
const BYTES_OF_ROW = 780;

/** Plays one history: a fresh community, disturbed runs, and a last one that nothing disturbs. */
export async function playHistory(seed: number, index: number): Promise<HistoryResult> {
  const chance = new Chance(hash(seed, 1, index), 1);
  const plan = planHistory(chance, seed, index);
  const workspace = await Workspace.make();
  const sandbox = await startSandbox(plan.sandbox);
  try {
    addBursts(chance, sandbox, plan);
    const history = new History(chance, plan, sandbox, workspace);
    await history.play();
    return history.result(index);
  } finally {
    await sandbox.close();
    await workspace.remove();
  }
}

class History {
  readonly problems: string[] = [];
  private readonly chance: Chance;
  private readonly plan: HistoryPlan;
  private readonly sandbox: Sandbox;
  private readonly workspace: Workspace;
  private readonly books = new Books();
  private readonly log: string[] = [];
  private readonly endings: Ending[] = [];
  private readonly kills: KillKind[] = [];
  private readonly recoveries: Recovery[] = [];
  private readonly changes = { added: 0, late: 0, deleted: 0 };
  private bookmarks: Bookmarks = new Map();
  private airbyteRuns = 0;
  private lost = 0;
  private broken: { readonly at: number; runs: number } | null = null;

  constructor(chance: Chance, plan: HistoryPlan, sandbox: Sandbox, workspace: Workspace) {
    this.chance = chance;
    this.plan = plan;
    this.sandbox = sandbox;
    this.workspace = workspace;
    const { pageSize, names, faults, faces } = plan;
    const { events = 0, visits = 0 } = plan.sandbox;
    this.log.push(
      `${events} events${names.length > 0 ? ' (some names)' : ''}, ${visits} visits, page_size ${pageSize}, ` +
        `${faces.join(' and ')}, faults: ${faults.join(', ')}`,
    );
  }

  /** Plays all runs, up to the first with a problem. What goes wrong here is one as well: the session goes on. */
  async play(): Promise<void> {
    try {
      for (let n = 0; n < this.plan.disturbedRuns && this.problems.length === 0; n++) await this.disturbedRun(n);
      if (this.problems.length === 0) await this.lastRun();
    } catch (error) {
      this.problems.push(
        `the history broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }

  /** A run with changes, mostly with faults, often with a kill. */
  private async disturbedRun(n: number): Promise<void> {
    const { chance, plan, sandbox } = this;
    const clock = plan.sandbox.clock ?? Date.now;
    const visible = visibleRows(sandbox, []);
    const changed = makeChanges(chance, sandbox, visible, clock());
    for (const kind of ['added', 'late', 'deleted'] as const) this.changes[kind] += changed[kind];
    // In the first two runs all that the history has in turn, so that each fault is sure to meet rows.
    const faults = n < 2 ? plan.faults : plan.faults.filter(() => chance.happens(0.5));
    sandbox.faults.set(planRules(chance, faults, sandbox, plan.pageSize), chance.below(2 ** 31));
    const left = Math.max(10, visible.size - this.books.arrived.size);
    const kill = chance.happens(KILL_SHARE) ? planKill(chance, BYTES_OF_SCHEMAS + left * BYTES_OF_ROW) : null;
    await this.run(kill, plan.settings);
  }

  /** Nothing is wrong with the API any more, and there is time: now everything has to be there. */
  private async lastRun(): Promise<void> {
    this.sandbox.faults.clear();
    const patience = { request_timeout_seconds: 60, max_retry_seconds: 120 };
    const ending = await this.run(null, { ...this.plan.settings, ...patience });
    if (ending !== 'whole') this.problems.push(`the last run, which nothing disturbed, ${ending}`);
    const hidden = hidesDates(this.plan.faults) ? 'created_at' : null;
    const altered = this.books.altered(visibleRows(this.sandbox, this.plan.names), hidden);
    if (altered.length > 0) this.problems.push(`rows that came otherwise than they are: ${some(altered)}`);
  }

  result(index: number): HistoryResult {
    const { problems, log, endings, kills, recoveries, changes, books, lost, airbyteRuns } = this;
    return {
      ...{ index, problems, log, endings, kills, recoveries, changes, lost, airbyteRuns },
      ...{ runs: endings.length, crashes: books.crashes, faults: appliedFaults(this.sandbox) },
      ...{ delivered: books.delivered, rows: books.arrived.size, twice: books.twice },
    };
  }

  private async run(kill: ReturnType<typeof planKill> | null, settings: HistoryPlan['settings']): Promise<Ending> {
    const { chance, plan, sandbox, books, bookmarks: given } = this;
    const face = chance.pick(plan.faces);
    const startedAt = this.serverMicros();
    const before = visibleRows(sandbox, plan.names);
    const asked = requestsOf(sandbox);
    const withUrl = { ...settings, base_url: sandbox.url };
    const end = await runTap(this.workspace, { face, settings: withUrl, given, kill });
    const ending = endingOf({ kill, end });
    this.endings.push(ending);
    if (face === 'airbyte') this.airbyteRuns++;
    if (ending === 'killed' && kill !== null) this.kills.push(kill.kind);
    let transcript: Transcript;
    try {
      transcript = readTranscript(face, end.stdout, end.stderr);
    } catch (error) {
      this.problems.push(`run ${this.endings.length}: ${error instanceof Error ? error.message : String(error)}`);
      return ending;
    }
    const judged = { face, kill, end, transcript, largestPage: plan.largestPage };
    const found = runProblems(judged);
    const killed = ending === 'killed';
    found.push(...books.enter(transcript, given, killed, killed && kill?.kind.startsWith('SIGKILL') === false));
    if (killed) found.push(...tailProblems(judged, books.crashes.at(-1)?.allowed ?? 0, hidesDates(plan.faults)));
    const mayReset = plan.largestPage < 8 || plan.pageSize < 8 || breaksOrder(sandbox.faults.rules);
    const truth = hidesDates(plan.faults) ? [before, visibleRows(sandbox, plan.names)] : [];
    const stated = {
      transcript,
      given,
      statesAreWhole: face === 'singer',
      mayReset,
      truth,
      startedBy: startsOf(sandbox, asked),
    };
    found.push(...bookmarkProblems(stated, books));
    if (!killed) found.push(...this.judgeRead(transcript, before));
    if (ending === 'whole' && !hidesDates(plan.faults)) {
      found.push(...finalBookmarkProblems(stated, before, visibleRows(sandbox, plan.names), startedAt));
    }
    this.bookmarks = lastBookmarks(given, transcript);
    this.noteRecovery(ending);
    this.note(face, kill === null ? null : `${kill.kind} at ${kill.atByte}`, end, ending, transcript);
    this.problems.push(...found.slice(0, 6).map((problem) => `run ${this.endings.length}: ${problem}`));
    return ending;
  }

  /** Each stream that did not fail was read whole: also where the other one failed. */
  private judgeRead({ failed }: Transcript, before: Visible): string[] {
    const after = visibleRows(this.sandbox, this.plan.names);
    return streamNames.flatMap((stream) => {
      if (failed.has(stream)) return [];
      const missing = this.books.missing(stream, before, after);
      this.lost += missing.length;
      return missing.length === 0 ? [] : [`${missing.length} rows of ${stream} are lost: ${some(missing)}`];
    });
  }

  private noteRecovery(ending: Ending): void {
    if (this.broken !== null) this.broken.runs++;
    if (ending !== 'whole') this.broken ??= { at: performance.now(), runs: 0 };
    else if (this.broken !== null) {
      const { at, runs } = this.broken;
      this.recoveries.push({ seconds: (performance.now() - at) / 1000, runs });
      this.broken = null;
    }
  }

  private note(face: string, kill: string | null, end: TapEnd, ending: Ending, transcript: Transcript): void {
    const rules = this.sandbox.faults.rules.map(({ fault }) => fault).join(', ');
    this.log.push(
      `run ${this.endings.length} (${face}): ${ending}, exit ${String(end.code ?? end.signal)}, ` +
        `${end.seconds.toFixed(2)} s, ${transcript.records.length} rows, ${transcript.states.length} states, ` +
        `${end.stdout.length} characters; kill: ${kill === null ? 'none' : `${kill}${end.wasHit ? '' : ' (not reached)'}`}; ` +
        `faults: ${rules || 'none'}${transcript.failed.size > 0 ? `; failed: ${[...transcript.failed].join(', ')}` : ''}`,
    );
  }

  private serverMicros(): bigint {
    return BigInt(Math.floor((this.plan.sandbox.clock ?? Date.now)() * 1000));
  }
}

function some(keys: readonly string[]): string {
  return keys.length > 3 ? `${keys.slice(0, 3).join(', ')}...` : keys.join(', ');
}
