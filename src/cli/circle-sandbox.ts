#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Argv, InferredOptionTypes } from 'yargs';
import packageJson from '../../package.json' with { type: 'json' };
import { UsageError, messageOf } from '../base/errors.js';
import { parseRuleList, parseRules, type FaultRule } from '../sandbox/fault-rules.js';
import { faultKinds } from '../sandbox/fault-table.js';
import type { SandboxOptions } from '../sandbox/options.js';
import { InvalidInput } from '../sandbox/reader.js';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.js';
import { parse } from './parse.js';

/** Where the program writes: its one line of JSON to `stdout`, words for people to `stderr`. */
export interface Outputs {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

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

type Arguments = InferredOptionTypes<typeof flags>;

/**
 * Runs the sandbox until a signal ends it.
 *
 * @returns the exit code where it did not start; otherwise 0, while the server keeps the process alive
 */
export async function main(argv: readonly string[], { stdout, stderr }: Outputs = process): Promise<number> {
  try {
    const parsed = await parse(argv, configure);
    if ('text' in parsed) {
      stdout.write(`${parsed.text}\n`);
      return 0;
    }
    const options = optionsOf(parsed.options);
    const sandbox = await startSandbox(options);
    endBySignal(sandbox);
    const { url, token } = sandbox;
    stdout.write(`${JSON.stringify({ url, token, events: options.events, visits: options.visits })}\n`);
    stderr.write(
      `A Circle Data API with generated data listens at ${url}; Ctrl+C ends it. Try:\n` +
        `  TAP_CIRCLE_BASE_URL=${url} TAP_CIRCLE_API_TOKEN='${token}' npx tap-circle --config=ENV\n`,
    );
    return 0;
  } catch (error) {
    stderr.write(`circle-sandbox: ${asFlag(messageOf(error))}\n`);
    return error instanceof UsageError || error instanceof InvalidInput || error instanceof RangeError ? 2 : 1;
  }
}

function configure(parser: Argv) {
  return parser
    .scriptName('circle-sandbox')
    .locale('en')
    .usage(
      '$0 [options]\n\nA local Circle Data API with generated data. It prints its address and token as one line of JSON.',
    )
    .options(flags)
    .version(packageJson.version)
    .epilogue(faultHelp())
    .wrap(110);
}

function optionsOf(args: Arguments): SandboxOptions {
  const { live, late, faults, ...options } = args;
  return {
    ...options,
    authScheme: authScheme(args['auth-scheme']),
    live: live === 0 ? undefined : { rowsPerSecond: live, lateShare: late },
    faults: faults === undefined ? [] : readFaults(faults),
  };
}

function authScheme(value: string): 'both' | 'Bearer' | 'Token' {
  return value === 'Bearer' || value === 'Token' ? value : 'both';
}

function readFaults(value: string): FaultRule[] {
  if (!value.endsWith('.json') && !existsSync(value)) return parseRuleList(value);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(value, 'utf8'));
  } catch (error) {
    throw new UsageError(`--faults: ${value} cannot be read as JSON: ${messageOf(error)}`);
  }
  return parseRules(json);
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

/** The options' names in messages, as flags: `pageCap: ...` is `--page-cap: ...`. */
function asFlag(message: string): string {
  return message.replace(/^[a-z]+(?:[A-Z][a-z]+)*(?=: expected| has to)/, (name) => {
    return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  });
}

/** Closes what is open, then dies of the signal, so that a shell sees why. */
function endBySignal(sandbox: Sandbox): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void sandbox.close().finally(() => process.kill(process.pid, signal));
    });
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
