import { setTimeout as timeout } from 'node:timers/promises';

/**
 * Waits so many milliseconds.
 *
 * @throws the signal's reason as soon as it is aborted
 */
export async function sleep(millis: number, signal: AbortSignal): Promise<void> {
  try {
    await timeout(Math.max(0, Math.min(millis, 2 ** 31 - 1)), undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
