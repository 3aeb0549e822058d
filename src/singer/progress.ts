import { counted, grouped } from '../base/counted.js';
import { formatInstant, millisOfInstant } from '../base/instant.js';
import type { StreamStats } from '../sync/stats.js';

/** What a person watches: how much, how fast, and how far the stream has come. */
export function progressText(stats: StreamStats, now: number): string {
  const parts = [
    `${stats.stream}: ${counted(stats.rows, 'row')}`,
    `${grouped(Math.round(stats.rowsPerSecond))} rows/s`,
    counted(stats.pages, 'page'),
  ];
  if (stats.reached !== null) {
    const behind = Math.max(0, now - millisOfInstant(stats.reached));
    parts.push(`created_at ${formatInstant(stats.reached).slice(0, 19)}Z`, `${duration(behind)} behind`);
  }
  return parts.join(', ');
}

function duration(millis: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'days'],
    [3_600_000, 'hours'],
    [60_000, 'minutes'],
  ];
  for (const [size, name] of units) if (millis >= 2 * size) return `${Math.floor(millis / size)} ${name}`;
  return `${Math.floor(millis / 1000)} seconds`;
}
