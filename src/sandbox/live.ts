import { hash, unit } from './random.js';
import type { LiveSettings } from './settings.js';
import type { State } from './state.js';

const PURPOSE = 1201;
const TICK_MS = 20;
const VISIT_EVERY = 4;

/**
 * Keeps adding rows, until the returned function is called. A late row has the created_at of the moment at which it is
 * added, but is seen only some time after: as when a database writes in a long transaction.
 */
export function startLive(state: State, settings: LiveSettings): () => void {
  const { rowsPerSecond, lateShare, lateMs } = settings;
  const begin = performance.now();
  let made = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begin) / 1000) * rowsPerSecond);
    for (; made < due; made++) {
      const stream = state.settings.visits > 0 && made % VISIT_EVERY === 0 ? 'visits' : 'events';
      const created = state.clock.now();
      const late = unit(hash(state.settings.seed, PURPOSE, made)) < lateShare;
      state.store(stream, created).add([{ created }], late ? { at: created + lateMs * 1000 } : undefined);
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}
