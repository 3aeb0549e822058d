const MORE_WORK =
  'The tap does more than the loop for each row: it finds where the row stands in the bytes, checks it against its schema, ' +
  'reads its created_at to the last digit and remembers its id. The server and the reader of the output run on the same two ' +
  'cores. Kept: reading usual pages from their bytes instead of by JSON.parse, passing on the rows’ own bytes, reused ' +
  'buffers, columns of one string. Tried and given up: parsing in a second thread, which was slower than reading bytes in ' +
  'one, and took 20 MB.';

/**
 * Why a goal may not be reached, as far as it is known: shown where the last run did not reach it. By the start of the
 * goal's text.
 */
const shortfalls: Readonly<Record<string, string>> = {
  'tap-circle, Singer face, rows/s against the bare loop': MORE_WORK,
  'tap-circle, Airbyte face, rows/s against the bare loop': MORE_WORK,
  'tap-circle, Singer face, rows/s against the best peer':
    'The best one is told in the section on other connectors; what it leaves out (states, checks) is told there, too. ' +
    MORE_WORK,
  'tap-circle, Airbyte face, rows/s against the best peer': 'As for the Singer face.',
  '50 pages, each answer after 300 ms':
    'Page 1 goes alone, then five requests are under way at any time until the end: eleven round trips for 50 pages of 200 ' +
    'rows, that is 0.22x, and the work for the pages. A larger `max_concurrency` hides more (see the table).',
  '50 pages, each after 100 to 500 ms':
    'Page 1 goes alone, and the last pages have nothing behind them to hide them: with five requests under way at any time, ' +
    'the mean is 0.23x, and one time in ten 0.25x or more. A larger `max_concurrency` hides more (see the table).',
  'the first RECORD of a sync':
    'A page of 2,000 rows (1.3 MB) is read and decoded whole before its first row leaves, by code that has never run ' +
    'before: the bare loop, which loads next to nothing and checks nothing, needs most of the wanted time for its first row ' +
    '(the table of start-up). Beyond that, the tap loads the engine, axios and the validators, reads configuration, catalog ' +
    'and state, and finds and checks the rows of the page. Kept: fewer files to load, validators with the one format that ' +
    'they ask for, V8’s settings left for later, and Node’s compile cache where Node has one (not in Node 20), which takes ' +
    'some 6 % off. Tried without a gain worth its price: reading the first page from its bytes, too, the engine in one file, ' +
    'flags of V8 that compile earlier or later, a larger young generation, functions without their names.',
  'Exact numbers and clean text, rows that are printed anew':
    'Whether a number is long, or a character needs care, is looked for once a page and in the same pass that finds the ' +
    'rows. Rows that leave as they came, which is the default, pay less.',
};

/** The explanation of a goal; null where there is none. */
export function shortfallOf(what: string): string | null {
  const found = Object.entries(shortfalls).find(([start]) => what.startsWith(start));
  return found?.[1] ?? null;
}
