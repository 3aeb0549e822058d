import type { Argv, InferredOptionTypes } from 'yargs';
import { faultKinds } from '../sandbox/fault-table.js';
import { version } from './version.js';

const number = { type: 'number', requiresArg: true } as const;
const text = { type: 'string', requiresArg: true } as const;
const flags = {
  port: { ...number, default: 0, describe: 'Port; 0 is a free one' },
  host: { ...text, default: '127.0.0.1', describe: 'Address to listen on' },
  events: { ...number, default: 9000, describe: 'Rows in the history of events' },
  visits: { ...number, default: 3000, describe: 'Rows in the history of visits' },
  seed: { ...number, default: 1, describe: 'The same seed and counts, the same data' },
  start: { ...text, describe: 'When the history begins; by default 180 days before its end' },
  end: { ...text, default: '2026-07-01T00:00:00Z', describe: 'Before when the history ends' },
  token: { ...text, describe: 'The API token; by default made from the seed' },
  'auth-scheme': { choices: ['both', 'Bearer', 'Token'], default: 'both', describe: 'Schemes taken' },
  'page-cap': { ...number, default: 2000, describe: 'Most rows on a page' },
  'latency-ms': { ...number, default: 0, describe: 'How long each request takes at least' },
  'page-cache-mb': { ...number, default: 64, describe: 'Memory for pages that are kept ready' },
  'depth-cost': { type: 'boolean', default: false, describe: 'Let deep pages cost their depth' },
  'requests-per-minute': { ...number, default: 0, describe: 'Answer 429 to more than that; 0 is no limit' },
  live: { ...number, default: 0, describe: 'Keep adding so many rows a second' },
  late: { ...number, default: 0, describe: 'Share of the live rows that are seen two seconds late (0 to 1)' },
  faults: { ...text, describe: 'name[:probability],... or a file with a JSON list of rules' },
} as const;

/** What yargs makes of them. */
export type CircleSandboxArguments = InferredOptionTypes<typeof flags>;

/** The flags of the sandbox, and the list of its faults. */
export function circleSandboxOptions(parser: Argv) {
  return parser
    .scriptName('circle-sandbox')
    .usage(
      '$0 [options]\n\nA local Circle Data API with generated data. It prints its address and token as one line of JSON.',
    )
    .options(flags)
    .version(version)
    .epilogue(faultHelp())
    .wrap(110);
}

function faultHelp(): string {
  const width = Math.max(...[...faultKinds.keys()].map((name) => name.length));
  const lines = [...faultKinds].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Faults:',
    ...lines,
    `  ${'chaos'.padEnd(width)}  any of those that a client which tries again can bear`,
  ].join('\n');
}
