import { UsageError } from '../base/errors.js';
import type { SingerCommand } from '../singer/run.js';
import type { Program, ProgramSurroundings } from './front-door.js';
import { print } from './print.js';
import { wantsReadyHelp } from './ready-help.js';
import { usualCommand } from './usual-command.js';
import { version } from './version.js';

/** The tap by flags, the Airbyte source by verbs: one program. */
export const tapCircle: Program = {
  name: 'tap-circle',
  environmentPrefix: 'TAP_CIRCLE_',
  run: async (argv, around) => {
    if (argv.length === 1 && argv[0] === '--version') return await print(`tap-circle ${version}`, around);
    if (wantsReadyHelp(argv, around.stdout)) {
      const { default: help } = await import('../generated/help-tap-circle.js');
      return await print(help, around);
    }
    const isVerb = argv[0] !== undefined && !argv[0].startsWith('-');
    return isVerb ? await runSource(argv, around) : await runTap(argv, around);
  },
};

async function runSource(argv: readonly string[], around: ProgramSurroundings): Promise<number> {
  const [{ parseCommand }, { runAirbyte }] = await Promise.all([
    import('../airbyte/command.js'),
    import('../airbyte/run.js'),
  ]);
  const warnings: string[] = [];
  const command = parseCommand(argv, (warning) => warnings.push(warning));
  return await runAirbyte(command, { ...around, version, warnings });
}

async function runTap(argv: readonly string[], around: ProgramSurroundings): Promise<number> {
  const usual = usualCommand(argv);
  if (usual === 'discover') return await printCatalog(around);
  if (usual !== null) {
    const { runSinger } = await import('../singer/run.js');
    return await runSinger(usual, { ...around, version });
  }
  const [{ parse }, { tapCircleOptions }] = await Promise.all([
    import('./parse.js'),
    import('./tap-circle-options.js'),
  ]);
  const parsed = await parse(argv, tapCircleOptions);
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
  return await runSinger(command, { ...around, version });
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
