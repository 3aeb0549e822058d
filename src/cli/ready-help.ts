/** As wide as yargs makes its help at most. At build time it is rendered for this. */
export const HELP_COLUMNS = 80;

/**
 * Whether the help that was rendered at build time is what yargs would print here: nothing else is asked for, and the
 * terminal, if it is one, is wide enough. yargs takes twice as long to load as Node.
 */
export function wantsReadyHelp(argv: readonly string[], stdout: { readonly columns?: number }): boolean {
  const isAlone = argv.length === 1 && argv[0] === '--help';
  return isAlone && (stdout.columns ?? HELP_COLUMNS) >= HELP_COLUMNS;
}
