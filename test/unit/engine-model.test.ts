import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { histories, type Variety } from '../support/model-arbitraries.js';
import { play, type History } from '../support/model-history.js';

/** Histories of each kind; `MODEL_SEED` and `MODEL_PATH`, which fast-check prints, play one again. */
const numRuns = Number(process.env['MODEL_RUNS'] ?? 400);
const seed = process.env['MODEL_SEED'] === undefined ? {} : { seed: Number(process.env['MODEL_SEED']) };
/** For those who want to know only whether it fails: no search for a shorter history. */
const stop = process.env['MODEL_STOP'] === undefined ? {} : { endOnFailure: true };
const path = process.env['MODEL_PATH'] === undefined ? {} : { path: process.env['MODEL_PATH'] };

const kinds: readonly (readonly [string, Variety])[] = [
  ['in any history', {}],
  ['with rows that have no valid created_at', { undated: true }],
  ['by a server that ignores sort', { ignoresSort: true }],
  ['in groups larger than a page, while rows vanish', { crowded: true }],
  ['by a server that ignores sort, while rows vanish', { crowded: true, ignoresSort: true }],
  ['by a server that ignores created_at_gt', { ignoresFilter: true }],
  ['by a server whose order breaks now and then', { breaksOrder: true }],
  [
    'by a server whose order breaks now and then, in large groups, while rows vanish',
    { breaksOrder: true, crowded: true },
  ],
  ['by a server that gives equal times in another order each time', { shufflesTies: true }],
  ['by any server that sorts', { anyServer: true }],
  ['by any server that sorts, in large groups, while rows vanish', { anyServer: true, crowded: true }],
  ['with settings that change', { settings: true }],
  ['with settings that change, by a server that ignores sort', { settings: true, ignoresSort: true }],
  ['with states that others wrote', { edits: true }],
  ['in all of that at once', { anyServer: true, settings: true, edits: true, undated: true }],
];

const playOnce = async (history: History): Promise<void> => {
  await play(history);
};

describe('the engine, played against a model of the API, loses no row and sends none twice', () => {
  test.each(kinds)(
    '%s',
    async (_name, variety) => {
      await fc.assert(fc.asyncProperty(histories(variety), playOnce), { numRuns, ...seed, ...path, ...stop });
    },
    1_800_000,
  );
});
