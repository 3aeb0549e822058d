import type { Ledger } from './delivery/ledger.js';
import type { TargetStats } from './stats.js';

/** What a person watches: how much came in, and how much of it Segment has. */
export function progressText(stats: TargetStats, ledger: Ledger): string {
  const { sent, accepted } = ledger;
  const perSecond = Math.round(accepted / Math.max(stats.seconds, 0.001));
  return [
    `segment: ${grouped(stats.allRows)} rows`,
    `${grouped(accepted)} calls accepted`,
    `${grouped(perSecond)}/s`,
    `${grouped(sent - accepted)} under way`,
  ].join(', ');
}

/** One line for people at the end: `segment: 9000 rows, 9830 calls, 9830 accepted, 99 requests, 1 retry, 21.0 s, 468 calls/s`. */
export function summaryOf(stats: TargetStats, ledger: Ledger): string {
  const { sent, accepted, buried, lost } = ledger;
  const notAccepted = [
    ...(buried > 0 ? [`${buried} in the dead letter file`] : []),
    ...(lost > 0 ? [`${lost} not accepted`] : []),
  ];
  return [
    `segment: ${stats.allRows} rows`,
    `${sent} calls`,
    `${accepted} accepted`,
    ...notAccepted,
    `${stats.requests} requests`,
    stats.retries === 1 ? '1 retry' : `${stats.retries} retries`,
    `${stats.seconds.toFixed(1)} s`,
    `${Math.round(accepted / Math.max(stats.seconds, 0.001))} calls/s`,
  ].join(', ');
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
