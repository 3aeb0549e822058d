const YARGS =
  'The command line is parsed by yargs, which has to be read and compiled at each start; Node 20 has no compile cache for ' +
  'modules.';

/**
 * Why a goal may not be reached, as far as it is known: shown where the last run did not reach it. By the start of the
 * goal's text.
 */
const shortfalls: Readonly<Record<string, string>> = {
  '50 pages, each answer after 300 ms':
    'Page 1 goes alone, then rounds of five pages that overlap by two rows or more each: twelve round trips for 50 pages ' +
    'of 200 rows, which leaves little for anything else.',
  '50 pages, each after 100 to 500 ms':
    'A round of five pages takes as long as its slowest answer, and the next one begins where it ends, so it cannot be ' +
    'asked for before. A larger `max_concurrency` hides more (see the table).',
  '`tap-circle --help`': YARGS,
  '`tap-circle --discover`': YARGS,
  'the first RECORD of a sync':
    'yargs, axios and the validators are loaded and compiled, then a page of 2,000 rows is asked for and read whole ' +
    'before its first row leaves.',
  'Exact numbers and clean text, rows that are printed anew':
    'Two regular expressions go over the text of every record that is printed anew: one for long numbers before, one for ' +
    'NUL and line separators after. Rows that leave as they came, which is the default, do not pay for them.',
};

/** The explanation of a goal; null where there is none. */
export function shortfallOf(what: string): string | null {
  const found = Object.entries(shortfalls).find(([start]) => what.startsWith(start));
  return found?.[1] ?? null;
}
