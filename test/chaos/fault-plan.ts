import type { FaultRule } from '../../src/sandbox/fault-rules.js';
import { faultKinds, isFaultName, type FaultName } from '../../src/sandbox/fault-table.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { streamNames } from '../../src/sandbox/rows.js';
import { requestsOf } from './journal.js';
import type { Chance } from './chance.js';

/** Every fault that the sandbox has, by name. */
export const allFaults: readonly FaultName[] = [...faultKinds.keys()].filter(isFaultName);

/**
 * A server does these always or never: one that sorts, filters or cuts its pages now in one way and now in another has
 * no order in which anybody could read it whole.
 */
const wholeRun: ReadonlySet<FaultName> = new Set<FaultName>([
  ...(['clamp-page', 'ignore-sort', 'ignore-created-at-gt', 'ignore-events', 'bare-next'] as const),
]);
/** These may end the stream: once a run, so that the history goes on. */
const ending: ReadonlySet<FaultName> = new Set<FaultName>([
  ...(['status-401', 'status-403', 'status-404', 'status-422', 'status-429', 'token-in-error'] as const),
  ...(['token-in-redirect', 'foreign-redirect', 'foreign-next', 'repeat-next', 'cycle-next', 'endless-next'] as const),
  'endless-body',
]);
/** These break the order or the filter, or seem to: the bookmark may then go back to where it was (rule 5). */
const disordering: ReadonlySet<FaultName> = new Set<FaultName>([
  ...(['ignore-sort', 'ignore-created-at-gt', 'row-out-of-order', 'clamp-page', 'empty-page', 'short-page'] as const),
]);
/** These change the created_at that a row shows. */
const undating: ReadonlySet<FaultName> = new Set<FaultName>([
  ...(['null-created-at', 'missing-created-at', 'invalid-created-at'] as const),
]);
const TOO_LARGE = 70 * 2 ** 20;

export function breaksOrder(rules: readonly FaultRule[]): boolean {
  return rules.some(({ fault }) => disordering.has(fault));
}

export function hidesDates(faults: readonly FaultName[]): boolean {
  return faults.some((fault) => undating.has(fault));
}

/** Makes the rules of one run. @param faults which faults it has, beside a little of `chaos` now and then */
export function planRules(
  chance: Chance,
  faults: readonly FaultName[],
  sandbox: Sandbox,
  pageSize: number,
): FaultRule[] {
  const rules = faults.map((fault) => ruleOf(chance, fault, sandbox, pageSize));
  if (chance.happens(0.4)) rules.push({ fault: 'chaos', probability: 0.06, times: 2 });
  return rules;
}

function ruleOf(chance: Chance, fault: FaultName, sandbox: Sandbox, pageSize: number): FaultRule {
  if (faultKinds.get(fault)?.size !== undefined) return { fault, probability: 0.3 };
  if (fault === 'clamp-page') return { fault, with: { rows: chance.between(2, pageSize) } };
  if (wholeRun.has(fault)) return { fault };
  const parameters = parametersOf(chance, fault);
  const more = parameters === undefined ? {} : { with: parameters };
  // Requests are counted from the start of the sandbox: these are the next ones.
  const stream = chance.pick([undefined, ...streamNames]);
  const first = requestsOf(sandbox, stream) + 1 + chance.below(6);
  if (ending.has(fault)) return { fault, match: { stream, request: [first, first + 30] }, times: 1, ...more };
  return { fault, probability: chance.pick([0.1, 0.3, 0.6]), times: chance.between(1, 2), ...more };
}

/** Short waits, so that a session of many runs ends. */
function parametersOf(chance: Chance, fault: FaultName): FaultRule['with'] {
  switch (fault) {
    case 'slow-headers':
      return { ms: chance.between(20, 300) };
    case 'slow-body':
      return { pieces: chance.between(2, 8), ms: chance.between(5, 30) };
    case 'status-429-date':
      return { seconds: 1 };
    case 'endless-body':
      return { bytes: chance.happens(0.3) ? TOO_LARGE : chance.between(1, 300_000) };
    case 'token-in-error':
      return { status: chance.pick([401, 403, 422, 500]) };
    case 'reset-in-body':
    case 'cut-body':
    case 'cut-body-false-length':
    case 'cut-body-chunked':
    case 'stalled-body':
      return { share: chance.pick([0.001, 0.2, 0.5, 0.9, 0.999]) };
    default:
      return undefined;
  }
}
