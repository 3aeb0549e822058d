import { Output } from '../io/output.js';
import type { Program, ProgramSurroundings } from './front-door.js';
import { version } from './version.js';

/** The Singer target for Segment. */
export const targetSegment: Program = {
  name: 'target-segment',
  environmentPrefix: 'TARGET_SEGMENT_',
  run: async (argv, around) => {
    if (argv.length === 1 && argv[0] === '--version') return await print(`target-segment ${version}`, around);
    return await run(argv, around);
  },
};

async function run(argv: readonly string[], around: ProgramSurroundings): Promise<number> {
  const { parse } = await import('./parse.js');
  const parsed = await parse(argv, (parser) =>
    parser
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
      .option('about', { type: 'boolean', describe: 'print capabilities and settings' })
      .option('format', { choices: ['text', 'json', 'markdown'] as const, describe: 'of --about' })
      .version(`target-segment ${version}`)
      .help()
      .epilogue('Also for errors in this program: --debug shows where they happened.')
      .check((options) => {
        if (options._.length > 0) throw new Error(`Unknown argument: ${options._.join(' ')}`);
        return true;
      }),
  );
  if ('text' in parsed) return await print(parsed.text, around);
  const { about, format, config = [], 'dry-run': dryRun = false } = parsed.options;
  if (about === true) {
    const { aboutText } = await import('../config/about.js');
    const { aboutTarget } = await import('../segment/about.js');
    return await print(aboutText(aboutTarget, format ?? 'text', version), around);
  }
  const { runTarget } = await import('../segment/run.js');
  return await runTarget({ config, dryRun }, { ...around, version });
}

async function print(text: string, { stdout }: ProgramSurroundings): Promise<number> {
  const output = new Output(stdout);
  await output.write(`${text}\n`);
  await output.flush();
  return 0;
}
