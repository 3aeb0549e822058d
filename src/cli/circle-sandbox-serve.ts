import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { UsageError, messageOf } from '../base/errors.js';
import { OutputClosedError } from '../io/output.js';
import { parseRuleList, parseRules, type FaultRule } from '../sandbox/fault-rules.js';
import type { SandboxOptions } from '../sandbox/options.js';
import { InvalidInput } from '../sandbox/reader.js';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.js';
import { circleSandboxOptions, type CircleSandboxArguments } from './circle-sandbox-options.js';
import type { SandboxSurroundings } from './circle-sandbox-program.js';
import { parse } from './parse.js';
import { print } from './print.js';

/**
 * Runs the sandbox until a signal ends it.
 *
 * @returns the exit code
 * @throws OutputClosedError where nobody takes its line
 */
export async function serve(argv: readonly string[], around: SandboxSurroundings): Promise<number> {
  const { stderr, signal } = around;
  let options: SandboxOptions;
  let sandbox: Sandbox;
  try {
    const parsed = await parse(argv, circleSandboxOptions);
    if ('text' in parsed) return await print(parsed.text, around);
    options = optionsOf(parsed.options);
    sandbox = await startSandbox(options);
  } catch (error) {
    if (error instanceof OutputClosedError) throw error;
    stderr.write(`circle-sandbox: ${asFlag(messageOf(error))}\n`);
    return error instanceof UsageError || error instanceof InvalidInput || error instanceof RangeError ? 2 : 1;
  }
  try {
    const { url, token } = sandbox;
    const { events, visits } = options;
    await print(JSON.stringify({ url, token, events, visits }), around);
    stderr.write(
      `A Circle Data API with generated data listens at ${url}; Ctrl+C ends it. Try:\n` +
        `  TAP_CIRCLE_BASE_URL=${url} TAP_CIRCLE_API_TOKEN='${token}' npx tap-circle --config=ENV\n`,
    );
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await sandbox.close();
  }
  return 0;
}

function optionsOf(args: CircleSandboxArguments): SandboxOptions {
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

/** The options' names in messages, as flags: `pageCap: ...` is `--page-cap: ...`. */
function asFlag(message: string): string {
  return message.replace(/^[a-z]+(?:[A-Z][a-z]+)*(?=: expected| has to)/, (name) => {
    return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  });
}
