import { UsageError } from '../base/errors.js';
import { Output } from '../io/output.js';
import type { SingerCommand } from '../singer/run.js';
import type { Program, ProgramSurroundings } from './front-door.js';
import { usualCommand } from './usual-command.js';
import { version } from './version.js';

/** Stands beside this file in the package, which is built into one folder. */
const decodingThread = new URL('./decoding-thread.js', import.meta.url);

/** The tap by flags, the Airbyte source by verbs: one program. */
export const tapCircle: Program = {
  name: 'tap-circle',
  environmentPrefix: 'TAP_CIRCLE_',
  run: async (argv, around) => {
    if (argv.length === 1 && argv[0] === '--version') return await print(`tap-circle ${version}`, around);
    const isVerb = argv[0] !== undefined && !argv[0].startsWith('-');
    return isVerb ? await runSource(argv, around) : await runTap(argv, around);
  },
};

async function runSource(argv: readonly string[], around: ProgramSurroundings): Promise<number> {
  const [{ parseCommand }, { runAirbyte }] = await Promise.all([
    import('../airbyte/command.js'),
    import('../airbyte/run.js'),
  ]);
  return await runAirbyte(parseCommand(argv), { ...around, version, decodingThread });
}

async function runTap(argv: readonly string[], around: ProgramSurroundings): Promise<number> {
  const usual = usualCommand(argv);
  if (usual === 'discover') return await printCatalog(around);
  if (usual !== null) {
    const { runSinger } = await import('../singer/run.js');
    return await runSinger(usual, { ...around, version, decodingThread });
  }
  const { parse } = await import('./parse.js');
  const parsed = await parse(argv, (parser) =>
    parser
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
      .option('about', { type: 'boolean', describe: 'print capabilities and settings' })
      .option('format', { choices: ['text', 'json', 'markdown'] as const, describe: 'of --about' })
      .conflicts('catalog', 'properties')
      .version(`tap-circle ${version}`)
      .help()
      .epilogue('Also for errors in this program: --debug shows where they happened.')
      .check((options) => {
        if (options._.length > 0) throw new Error(`Unknown argument: ${options._.join(' ')}`);
        return true;
      }),
  );
  if ('text' in parsed) return await print(parsed.text, around);
  const { options } = parsed;
  if (options.about === true) {
    const { aboutText } = await import('../config/about.js');
    const { aboutTap } = await import('../singer/about.js');
    return await print(aboutText(aboutTap, options.format ?? 'text', version), around);
  }
  if (options.discover === true) return await printCatalog(around);
  const { runSinger } = await import('../singer/run.js');
  const { config = [], catalog = options.properties, state } = options;
  const command: SingerCommand = { action: actionOf(options.test), config, catalog, state };
  return await runSinger(command, { ...around, version, decodingThread });
}

async function printCatalog(around: ProgramSurroundings): Promise<number> {
  const { discover } = await import('../singer/discover.js');
  return await discover(around);
}

function actionOf(test: string | undefined): SingerCommand['action'] {
  switch (test) {
    case undefined:
      return 'sync';
    case '':
    case 'records':
      return 'test';
    case 'schema':
      return 'test-schema';
    default:
      throw new UsageError(`--test takes schema or nothing, not ${test}`);
  }
}

async function print(text: string, { stdout }: ProgramSurroundings): Promise<number> {
  const output = new Output(stdout);
  await output.write(`${text}\n`);
  await output.flush();
  return 0;
}
