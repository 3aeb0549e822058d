import type { FaultKind, Parameters } from './fault-kind.js';
import { checkRules, parametersOf, type FaultMatch, type FaultRule } from './fault-rules.js';
import { chaosFaults, faultKinds } from './fault-table.js';
import type { Layout } from './layout.js';
import { below, hash, hashText, unit } from './random.js';
import type { StreamName } from './rows.js';

/** A request, as far as rules ask. */
export interface Strikeable {
  readonly stream: StreamName;
  readonly page: number;
  /** The request's number among all data requests, from 1. */
  readonly number: number;
  /** Its number among those of its stream, from 1. */
  readonly streamNumber: number;
  /** What is asked for, without what differs from run to run. */
  readonly what: string;
}

/** A fault that strikes a request. */
export interface ActiveFault {
  readonly name: string;
  readonly kind: FaultKind;
  readonly parameters: Parameters;
}

const ATTEMPTS_KEPT = 10_000;
const PURPOSE = { choose: 1001 } as const;

/** Decides which faults strike which request, by script and by seed. */
export class Faults {
  /** How often each fault has struck. */
  readonly struck = new Map<string, number>();
  private current: { readonly rule: FaultRule; left: number }[] = [];
  private seed = 0;
  /** How often each thing was asked for: a second try has its own luck, in whatever order requests come. */
  private readonly attempts = new Map<string, number>();

  constructor(rules: readonly FaultRule[], seed: number) {
    this.set(rules, seed);
  }

  get rules(): readonly FaultRule[] {
    return this.current.map(({ rule }) => rule);
  }

  /** Replaces all rules. @throws InvalidInput */
  set(rules: readonly FaultRule[], seed = this.seed): void {
    this.current = checkRules(rules).map((rule) => ({ rule, left: rule.times ?? Infinity }));
    this.seed = seed;
    this.attempts.clear();
  }

  clear(): void {
    this.set([]);
  }

  /** The faults that strike a request, in the order of the rules. */
  strike(request: Strikeable): ActiveFault[] {
    const attempt = this.attempt(request.what);
    const active: ActiveFault[] = [];
    for (const [index, entry] of this.current.entries()) {
      const { rule } = entry;
      if (entry.left <= 0 || !matches(rule.match, request)) continue;
      if (faultKinds.get(rule.fault)?.size !== undefined) continue;
      const luck = hash(this.seed ^ hashText(request.what), index, attempt);
      if (rule.probability !== undefined && unit(luck) >= rule.probability) continue;
      const name = rule.fault === 'chaos' ? this.chosen(luck) : rule.fault;
      const kind = faultKinds.get(name);
      if (kind === undefined) continue;
      entry.left--;
      this.count(name);
      active.push({ name, kind, parameters: parametersOf(rule, name) });
    }
    return active;
  }

  /** How many rows the pages of a stream's walks hold. @param page the one asked for, to count what strikes it */
  layout(stream: StreamName, perPage: number, page: number): Layout {
    const rules = this.rules.filter(
      ({ fault, match }) => faultKinds.get(fault)?.size !== undefined && (match?.stream ?? stream) === stream,
    );
    if (rules.length === 0) return { perPage, sizeOf: null };
    const ruleOf = (place: number) => rules.find((rule, index) => this.changesPage(rule, index, place));
    const struck = ruleOf(page);
    if (struck !== undefined) this.count(struck.fault);
    return {
      perPage,
      sizeOf: (place) => {
        const rule = ruleOf(place);
        if (rule === undefined) return perPage;
        return faultKinds.get(rule.fault)?.size?.(perPage, parametersOf(rule, rule.fault)) ?? perPage;
      },
    };
  }

  /** Without a page and a probability: every second page. */
  private changesPage({ match, probability }: FaultRule, index: number, page: number): boolean {
    if (match?.page !== undefined) return match.page === page;
    return probability === undefined ? page % 2 === 0 : unit(hash(this.seed, index, page)) < probability;
  }

  private chosen(luck: number): string {
    return chaosFaults[below(hash(this.seed, PURPOSE.choose, luck), chaosFaults.length)] ?? '';
  }

  private count(name: string): void {
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
  }

  private attempt(what: string): number {
    const attempt = (this.attempts.get(what) ?? 0) + 1;
    this.attempts.delete(what);
    this.attempts.set(what, attempt);
    const oldest = this.attempts.keys().next();
    if (this.attempts.size > ATTEMPTS_KEPT && oldest.done !== true) this.attempts.delete(oldest.value);
    return attempt;
  }
}

function matches(match: FaultMatch | undefined, request: Strikeable): boolean {
  if (match === undefined) return true;
  const { stream, page, request: wanted, every } = match;
  const number = stream === undefined ? request.number : request.streamNumber;
  if (stream !== undefined && stream !== request.stream) return false;
  if (page !== undefined && page !== request.page) return false;
  if (every !== undefined && number % every !== 0) return false;
  if (wanted === undefined) return true;
  return typeof wanted === 'number' ? number === wanted : number >= wanted[0] && number <= wanted[1];
}
