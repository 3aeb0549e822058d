import yargs, { type Argv } from 'yargs';
import { UsageError } from '../base/errors.js';

/** Either what was asked for, or text to print (`--help`, `--version`). */
export type Parsed<Options> = { readonly options: Options } | { readonly text: string };

/**
 * Parses a command line.
 *
 * @throws UsageError where it is wrong
 */
export async function parse<Options>(
  argv: readonly string[],
  configure: (parser: Argv) => Argv<Options>,
): Promise<Parsed<Options>> {
  return await new Promise((resolve, reject) => {
    const parser = configure(yargs().locale('en').exitProcess(false).strict().showHelpOnFail(false));
    // The types promise an error each time; there is none where all is well, and then it is null or undefined.
    const done = (error: Error | null | undefined, options: unknown, text: string): void => {
      if (error instanceof Error) reject(new UsageError(`${error.message.trim()} (--help shows what can be used)`));
      else if (text !== '') resolve({ text });
      else resolve({ options: options as Options });
    };
    void parser.parse([...argv], {}, done);
  });
}
