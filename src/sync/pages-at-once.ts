import type { Settings } from '../config/settings.js';

/** Pages under way at once: the one that is being read, and `max_concurrency` ahead of it. */
export function pagesAtOnce({ maxConcurrency }: Pick<Settings, 'maxConcurrency'>): number {
  return maxConcurrency + 1;
}
