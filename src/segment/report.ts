import { counted, grouped } from '../base/counted.js';
import type { Ledger } from './delivery/ledger.js';
import type { TargetStats } from './stats.js';

/** What became of calls that went well: in a dry run none is sent. */
type Done = 'accepted' | 'printed';

/** What a person watches: how much came in, and how much of it Segment has. */
export function progressText(stats: TargetStats, { sent, accepted }: Ledger, done: Done): string {
  return [
    `segment: ${counted(stats.allRows, 'row')}`,
    `${counted(accepted, 'call')} ${done}`,
    `${grouped(callsPerSecond(stats, accepted))}/s`,
    `${grouped(sent - accepted)} under way`,
  ].join(', ');
}

/** One line for people at the end: `segment: 9,000 rows, 9,830 calls, 9,830 accepted, 99 requests, 1 retry, 21.0 s, 468 calls/s`. */
export function summaryOf(stats: TargetStats, { sent, accepted, setAsideCount, lost }: Ledger, done: Done): string {
  return [
    `segment: ${counted(stats.allRows, 'row')}`,
    counted(sent, 'call'),
    `${grouped(accepted)} ${done}`,
    ...(setAsideCount > 0 ? [`${grouped(setAsideCount)} in the dead letter file`] : []),
    ...(lost > 0 ? [`${grouped(lost)} not accepted`] : []),
    counted(stats.requests, 'request'),
    counted(stats.retries, 'retry'),
    `${stats.seconds.toFixed(1)} s`,
    `${grouped(callsPerSecond(stats, accepted))} calls/s`,
  ].join(', ');
}

function callsPerSecond({ seconds }: TargetStats, accepted: number): number {
  return Math.round(accepted / Math.max(seconds, 0.001));
}
