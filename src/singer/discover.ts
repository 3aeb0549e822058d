import catalog from '../../catalog.json' with { type: 'json' };
import { Output } from '../io/output.js';
import type { Surroundings } from '../io/surroundings.js';

/** Prints the catalog. Needs no configuration: Meltano discovers before each sync, others before there is a token. */
export async function discover({ stdout }: Pick<Surroundings, 'stdout'>): Promise<number> {
  const output = new Output(stdout);
  await output.write(JSON.stringify(catalog, null, 2) + '\n');
  await output.flush();
  return 0;
}
