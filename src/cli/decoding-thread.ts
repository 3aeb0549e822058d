import { parentPort } from 'node:worker_threads';
import { serveDecoding } from '../circle/decoding-service.js';
import { rowViewOf, type ViewRecipe } from '../sync/row-view.js';

// The main thread, which has the same code, says what to do.
if (parentPort !== null) serveDecoding(parentPort, async (recipe) => rowViewOf(recipe as ViewRecipe));
