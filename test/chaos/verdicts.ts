import type { Face } from '../support/hostile-run.js';
import { showsToken } from '../support/hostile-run.js';
import { cutsOutput, signalsOf, type Kill } from './kill.js';
import type { TapEnd } from './tap-run.js';
import type { Transcript } from './transcript.js';

/** How a run came to its end. */
export type Ending = 'whole' | 'failed' | 'killed';

export interface JudgedRun {
  readonly face: Face;
  readonly kill: Kill | null;
  readonly end: TapEnd;
  readonly transcript: Transcript;
  /** Rows on a page at most. */
  readonly largestPage: number;
}

/**
 * Whether rows behind the last state may be lost to whoever reads. A reader that went away took no more, also where the
 * process had written all and was at its end before the signal came.
 */
export function endingOf(run: Pick<JudgedRun, 'kill' | 'end'>): Ending {
  const { code, signal, wasHit } = run.end;
  if (isCut(run) || (wasHit && signal !== null)) return 'killed';
  // A signal that came when the process was about to exit.
  return code === 0 ? 'whole' : 'failed';
}

/** What of a run's exit, its lines and its words is not as docs/reliability.md promises, in 9, 10 and 12. */
export function runProblems(run: JudgedRun): string[] {
  const { end, transcript } = run;
  const problems = exitProblems(run);
  if (end.hangs) problems.push('it hung');
  if (showsToken(end)) problems.push('the token is in its output');
  if (/^ {4}at /m.test(end.stderr)) problems.push('a stack on stderr');
  if ((end.stdout + end.stderr).includes('Unexpected error')) problems.push('an unexpected error');
  if (end.signal !== 'SIGKILL' && !isCut(run) && !transcript.endsWhole) problems.push('the last line is cut');
  return problems;
}

function isCut({ kill, end }: Pick<JudgedRun, 'kill' | 'end'>): boolean {
  return end.wasHit && kill !== null && cutsOutput(kill);
}

function exitProblems(run: JudgedRun): string[] {
  const { face, kill, end, transcript } = run;
  const { code, signal, stderr, wasHit } = end;
  const how = `exit code ${String(code)}, signal ${String(signal)}`;
  if (signal !== null) {
    if (!wasHit || kill === null || !signalsOf(kill).includes(signal)) return [`it died by itself: ${how}`];
    if (signal === 'SIGKILL' || transcript.records.length === 0 || face === 'airbyte') return [];
    return transcript.lastType === 'STATE' ? [] : [`the last line after ${signal} is no STATE`];
  }
  if (isCut(run)) return readerProblems(how, code, stderr);
  if (code !== 0 && code !== 1) return [`${how}: ${stderr.slice(0, 500)}`];
  const { failed } = transcript;
  if (code === 1 && failed.size === 0) return [`${how}, though no stream failed: ${stderr.slice(0, 500)}`];
  if (code === 0 && failed.size > 0) return [`${how}, though ${[...failed].join(' and ')} failed`];
  if (face === 'airbyte' && stderr !== '') return [`the Airbyte face wrote to stderr: ${stderr.slice(0, 500)}`];
  if (face === 'singer' && transcript.lastType !== 'STATE') return ['the last line is no STATE'];
  return [];
}

/** Where all was written before the reader died, the tap knows nothing of it; else it says so in one line. */
function readerProblems(how: string, code: number | null, stderr: string): string[] {
  if (code === 0) return [];
  const lines = stderr.split('\n').filter((line) => line.startsWith('CRITICAL '));
  if (code !== 1) return [`${how} after its reader died`];
  const told = lines.filter((line) => line.includes('reader of the output has gone'));
  return told.length === 1 || lines.some((line) => /^CRITICAL (events|visits): /.test(line))
    ? []
    : [`its reader died, and it said: ${stderr.slice(0, 500)}`];
}

/**
 * A STATE is behind every page, so no more than a page can be behind the last one. Rows without a created_at may leave
 * the state as it was, and the Airbyte face then writes none.
 */
export function tailProblems({ face, largestPage }: JudgedRun, behind: number, datesAreHidden: boolean): string[] {
  if (behind <= largestPage || (face === 'airbyte' && datesAreHidden)) return [];
  return [`${behind} rows are behind the last STATE, a page has ${largestPage}`];
}
