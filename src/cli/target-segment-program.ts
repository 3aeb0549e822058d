import type { Program, ProgramSurroundings } from './front-door.js';
import { print } from './print.js';
import { wantsReadyHelp } from './ready-help.js';
import { version } from './version.js';

/** The Singer target for Segment. */
export const targetSegment: Program = {
  name: 'target-segment',
  environmentPrefix: 'TARGET_SEGMENT_',
  run: async (argv, around) => {
    if (argv.length === 1 && argv[0] === '--version') return await print(`target-segment ${version}`, around);
    if (wantsReadyHelp(argv, around.stdout)) {
      const { default: help } = await import('../generated/help-target-segment.js');
      return await print(help, around);
    }
    return await run(argv, around);
  },
};

async function run(argv: readonly string[], around: ProgramSurroundings): Promise<number> {
  const [{ parse }, { targetSegmentOptions }] = await Promise.all([
    import('./parse.js'),
    import('./target-segment-options.js'),
  ]);
  const parsed = await parse(argv, targetSegmentOptions);
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
