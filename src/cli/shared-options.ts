/** Flags that the tap and the target have alike. */
export const aboutFlags = {
  about: { type: 'boolean', describe: 'print capabilities and settings' },
  format: { choices: ['text', 'json', 'markdown'], describe: 'of --about' },
} as const;

/** What stands below the flags. */
export const DEBUG_NOTE = 'Also for errors in this program: --debug shows where they happened.';

/** @throws where something stands on the command line that belongs to no flag */
export function onlyFlags({ _: others }: { readonly _: readonly (string | number)[] }): true {
  if (others.length > 0) throw new Error(`Unknown argument: ${others.join(' ')}`);
  return true;
}
