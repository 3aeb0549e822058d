import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { histories } from '../support/model-arbitraries.js';
import { play, type History } from '../support/model-history.js';

const numRuns = Number(process.env['MODEL_RUNS'] ?? 400);
const seed = process.env['MODEL_SEED'] === undefined ? {} : { seed: Number(process.env['MODEL_SEED']) };

const playOnce = async (history: History): Promise<void> => {
  await play(history);
};

describe('the engine, played against a model of the API, loses no row and sends none twice', () => {
  test.each([
    ['in any history', {}],
    ['with rows that have no valid created_at', { undated: true }],
    ['by a server that ignores sort', { ignoresSort: true }],
    ['in groups larger than a page, while rows vanish', { crowded: true }],
    ['by a server that ignores sort, while rows vanish', { crowded: true, ignoresSort: true }],
  ])('%s', async (_name, variety) => {
    await fc.assert(fc.asyncProperty(histories(variety), playOnce), { numRuns, ...seed });
  });
});
