import type { Argv } from 'yargs';
import { aboutFlags, DEBUG_NOTE, onlyFlags } from './shared-options.js';
import { version } from './version.js';

/** The flags of the target. */
export function targetSegmentOptions(parser: Argv) {
  return parser
    .scriptName('target-segment')
    .usage(
      'tap-circle --config tap.json | target-segment --config FILE > state.jsonl\n\n' +
        'A Singer target for Segment: reads the messages of a tap from stdin, and prints each STATE after ' +
        'everything before it was accepted by Segment.',
    )
    .option('config', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'JSON file with settings, or ENV for TARGET_SEGMENT_* variables; repeatable, later ones win',
    })
    .option('dry-run', { type: 'boolean', describe: 'print the calls as JSON, a line each, and send nothing' })
    .options(aboutFlags)
    .version(`target-segment ${version}`)
    .help()
    .epilogue(DEBUG_NOTE)
    .check(onlyFlags);
}
