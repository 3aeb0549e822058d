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
 * Reads a command line that begins with a verb. Flags that are not of this program are left alone: a runner may pass
 * its own (reference, section 1.1).
 *
 * @throws UsageError where the verb is none, or a file that it needs is not named
 */
export function parseCommand(argv: readonly string[]): AirbyteCommand {
  const [verb, ...rest] = argv;
  const { values } = parseArgs({
    args: rest,
    options: {
      config: { type: 'string' },
      catalog: { type: 'string' },
      state: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      ...foreignFlags,
    },
    strict: false,
    allowPositionals: true,
  });
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
