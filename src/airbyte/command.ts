import { parseArgs } from 'node:util';
import { UsageError } from '../base/errors.js';

/** What the command line asks of the Airbyte face: a verb of the protocol and the files it needs. */
export type AirbyteCommand =
  | { readonly verb: 'help' | 'spec' }
  | { readonly verb: 'discover'; readonly config: string | undefined }
  | { readonly verb: 'check'; readonly config: string }
  | { readonly verb: 'read'; readonly config: string; readonly catalog: string; readonly state: string | undefined };

/** Help on the verbs, for people. */
export const usage = `Airbyte source:
  source-circle spec
  source-circle check    --config FILE
  source-circle discover [--config FILE]
  source-circle read     --config FILE --catalog FILE [--state FILE]

Each takes --debug. tap-circle takes the same verbs, and the flags of a Singer tap without one.`;

/** Flags of other connectors, which runners of these pass on: they are taken, and mean nothing here. */
const foreignFlags = { 'manifest-path': { type: 'string' }, 'components-path': { type: 'string' } } as const;

/**
 * Reads a command line that begins with a verb. Flags that are not of this program are left alone, but for a warning: a
 * runner may pass its own.
 *
 * @param warn told of what is left alone
 * @throws UsageError where the verb is none, or a file that it needs is not named
 */
export function parseCommand(argv: readonly string[], warn: (message: string) => void): AirbyteCommand {
  const [verb, ...rest] = argv;
  const options = {
    config: { type: 'string' },
    catalog: { type: 'string' },
    state: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    ...foreignFlags,
  } as const;
  const { values, positionals } = parseArgs({ args: rest, options, strict: false, allowPositionals: true });
  const strangers = Object.keys(values).filter((flag) => !(flag in options));
  if (strangers.length > 0 || positionals.length > 0) {
    const left = [...strangers.map((flag) => `--${flag}`), ...positionals].join(', ');
    warn(`${String(verb)} does not know these arguments, and leaves them alone: ${left}`);
  }
  const optional = (flag: 'config' | 'catalog' | 'state'): string | undefined => {
    const path = values[flag];
    // Without a value a flag is `true`.
    if (path === true || path === '') throw new UsageError(`${String(verb)}: --${flag} needs a file`);
    return typeof path === 'string' ? path : undefined;
  };
  const required = (flag: 'config' | 'catalog'): string => {
    const path = optional(flag);
    if (path === undefined) throw new UsageError(`${String(verb)}: --${flag} FILE is missing`);
    return path;
  };
  if (values.help === true) return { verb: 'help' };
  switch (verb) {
    case 'spec':
      return { verb };
    case 'discover':
      return { verb, config: optional('config') };
    case 'check':
      return { verb, config: required('config') };
    case 'read':
      return { verb, config: required('config'), catalog: required('catalog'), state: optional('state') };
    default:
      throw new UsageError(`${String(verb)} is not a verb: use spec, check, discover or read, or flags alone`);
  }
}
