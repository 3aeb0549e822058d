import { parseArgs } from 'node:util';
import type { SingerCommand } from '../singer/run.js';

/**
 * Reads the usual command lines of the tap with what Node has itself. For all others, and to explain what is wrong, there
 * is yargs, which takes longer to load than the whole of `--discover` does.
 *
 * @returns null where the command line is not one of these
 */
export function usualCommand(argv: readonly string[]): SingerCommand | 'discover' | null {
  try {
    const { config, catalog, properties, state, discover } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string', multiple: true, default: [] },
        catalog: { type: 'string' },
        properties: { type: 'string' },
        state: { type: 'string' },
        discover: { type: 'boolean', default: false },
      },
    }).values;
    if (catalog !== undefined && properties !== undefined) return null;
    return discover ? 'discover' : { action: 'sync', config, catalog: catalog ?? properties, state };
  } catch {
    return null;
  }
}
