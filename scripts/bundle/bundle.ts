import { rolldown, type InputOptions, type OutputOptions, type Plugin, type RolldownOutput } from 'rolldown';

/**
 * Bundles one file of the source with all that it imports, for the oldest Node that we promise.
 *
 * @param entry a path, or the name of a module that a plugin knows
 * @throws where something is not found, or is not what a bundle can hold
 */
export async function bundle(entry: string, plugins: Plugin[], output: OutputOptions): Promise<RolldownOutput> {
  const input: InputOptions = {
    input: entry,
    platform: 'node',
    // An executable that is another one by a second name starts that one's file.
    external: ['./tap-circle.js'],
    plugins,
    // Imports name what TypeScript would make.
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    transform: { target: 'node20.19' },
    onLog: (level, log) => {
      // Of yargs, for configurations that extend a package; ours have no `extends`.
      if (log.code === 'EMPTY_IMPORT_META') return;
      // What our plugins replace stays on its line, which is what the maps are for.
      if (log.code === 'SOURCEMAP_BROKEN') return;
      if (level === 'warn') throw new Error(log.message);
    },
  };
  const build = await rolldown(input);
  const result = await (output.dir === undefined ? build.generate(output) : build.write(output));
  await build.close();
  return result;
}
