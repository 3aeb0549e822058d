import type { Argv } from 'yargs';
import { aboutFlags, DEBUG_NOTE, onlyFlags } from './shared-options.js';
import { version } from './version.js';

/** The flags of the tap. */
export function tapCircleOptions(parser: Argv) {
  return parser
    .scriptName('tap-circle')
    .usage(
      'tap-circle --config FILE [--catalog FILE] [--state FILE]\n\nA Singer tap for the Circle Data API. ' +
        'With a verb (spec, check, discover, read) it is an Airbyte source: tap-circle read --help.',
    )
    .option('config', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'JSON file with settings, or ENV for TAP_CIRCLE_* variables; repeatable, later ones win',
    })
    .option('catalog', { type: 'string', nargs: 1, describe: 'JSON file that selects streams and properties' })
    .option('properties', { type: 'string', nargs: 1, describe: 'the older name of --catalog' })
    .option('state', { type: 'string', nargs: 1, describe: 'JSON file with the last STATE of the run before' })
    .option('discover', { type: 'boolean', describe: 'print the catalog' })
    .option('test', {
      type: 'string',
      describe: 'read one row of each stream and no more; --test=schema prints the schemas alone',
    })
    .options(aboutFlags)
    .conflicts('catalog', 'properties')
    .version(`tap-circle ${version}`)
    .help()
    .epilogue(DEBUG_NOTE)
    .check(onlyFlags);
}
