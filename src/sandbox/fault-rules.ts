import type { JsonValue } from '../base/json.js';
import { faultKinds, isFaultName, type FaultName } from './fault-table.js';
import type { Parameters } from './fault-kind.js';
import { InvalidInput, Reader } from './reader.js';
import { streamNames, type StreamName } from './rows.js';

/** Which requests a rule is for: all that are named have to hold. */
export interface FaultMatch {
  readonly stream?: StreamName | undefined;
  /** The `page` parameter. */
  readonly page?: number | undefined;
  /** The request's number, from 1: of the stream where the rule names one, of both streams where not. Or a range. */
  readonly request?: number | readonly [first: number, last: number] | undefined;
  /** Every n-th request. */
  readonly every?: number | undefined;
}

/** Where and how often a fault strikes. */
export interface FaultRule {
  readonly fault: FaultName;
  readonly match?: FaultMatch | undefined;
  /** Strikes only so often (0 to 1), by the seed. Default: always. */
  readonly probability?: number | undefined;
  /** Strikes at most so many times. Default: no limit. */
  readonly times?: number | undefined;
  /** The fault's own parameters. */
  readonly with?: Parameters | undefined;
}

const MOST = 1e9;

/**
 * Reads a list of rules from JSON.
 *
 * @throws InvalidInput
 */
export function parseRules(value: unknown): FaultRule[] {
  if (!Array.isArray(value)) throw new InvalidInput('faults: expected a list of rules');
  return value.map((rule: unknown, index) => parseRule(rule, `faults[${index}]`));
}

/**
 * Reads `name[:probability],...`, the form of the command line.
 *
 * @throws InvalidInput
 */
export function parseRuleList(text: string): FaultRule[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.filter(Boolean).map((part) => {
    const [name = '', probability] = part.split(':');
    return parseRule(
      probability === undefined ? { fault: name } : { fault: name, probability: Number(probability) },
      part,
    );
  });
}

/** Checks a rule that was written in code. @throws InvalidInput */
export function checkRules(rules: readonly FaultRule[]): FaultRule[] {
  return parseRules(JSON.parse(JSON.stringify(rules)));
}

/** A rule's parameters, the fault's defaults beneath them. */
export function parametersOf(rule: FaultRule, fault: string): Parameters {
  return { ...faultKinds.get(fault)?.parameters, ...rule.with };
}

function parseRule(value: unknown, place: string): FaultRule {
  const reader = new Reader(value, place, ['fault', 'match', 'probability', 'times', 'with']);
  const fault = reader.text('fault') ?? '';
  if (!isFaultName(fault)) {
    throw new InvalidInput(`${place}: there is no fault ${JSON.stringify(fault)}; see circle-sandbox --help`);
  }
  const rule = {
    fault,
    match: parseMatch(reader.raw('match'), `${place}.match`),
    probability: reader.number('probability', 0, 1),
    times: reader.whole('times', 1, MOST),
    with: parseParameters(fault, reader.raw('with'), `${place}.with`),
  };
  const forWalks = faultKinds.get(fault)?.size !== undefined;
  if (forWalks && (rule.times !== undefined || rule.match?.request !== undefined || rule.match?.every !== undefined)) {
    throw new InvalidInput(`${place}: ${fault} is for whole walks: it takes stream, page and probability alone`);
  }
  return rule;
}

function parseMatch(value: JsonValue | undefined, place: string): FaultMatch | undefined {
  if (value === undefined) return undefined;
  const reader = new Reader(value, place, ['stream', 'page', 'request', 'every']);
  const stream = reader.text('stream');
  const known = streamNames.find((name) => name === stream);
  if (stream !== undefined && known === undefined) throw reader.wrong('stream', streamNames.join(' or '));
  return {
    stream: known,
    page: reader.whole('page', 1, MOST),
    request: Array.isArray(reader.raw('request')) ? parseRange(reader) : reader.whole('request', 1, MOST),
    every: reader.whole('every', 1, MOST),
  };
}

function parseRange(reader: Reader): readonly [number, number] {
  const [first, last, ...rest] = reader.list('request') ?? [];
  if (typeof first === 'number' && typeof last === 'number' && rest.length === 0) return [first, last];
  throw reader.wrong('request', 'a number or [first, last]');
}

function parseParameters(fault: string, value: JsonValue | undefined, place: string): Parameters | undefined {
  if (value === undefined) return undefined;
  const defaults = faultKinds.get(fault)?.parameters ?? {};
  const reader = new Reader(value, place, Object.keys(defaults));
  const given: Record<string, number | string> = {};
  for (const [key, standard] of Object.entries(defaults)) {
    const own = typeof standard === 'number' ? reader.number(key, 0, 2 ** 40) : reader.text(key);
    if (own !== undefined) given[key] = own;
  }
  return given;
}
