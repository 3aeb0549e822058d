import fc from 'fast-check';
import { EPOCH, type ModelApiOptions, type ModelRow } from './model-api.js';
import type { History, PlannedSync, StateEdit } from './model-history.js';

const SECOND = 1_000_000;
/** Rows are created within this time; syncs happen in and after it. */
const SPAN = 120 * SECOND;

type Digits = 0 | 3 | 6;

/**
 * A timestamp of the model as an API may write it: any offset, as many digits as are needed or more.
 *
 * @param digits 6 shows all that the server knows; with fewer, it always shows so many and cuts the rest
 */
export function shownAs(micros: number, style: number, digits: Digits = 6): string {
  const at = EPOCH + micros;
  const offsetMinutes = [0, 0, 330, -360][style % 4] ?? 0;
  const wall = new Date(Math.floor(at / 1000) + offsetMinutes * 60_000).toISOString();
  const fraction = fractionOf(at % SECOND, style, digits);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return wall.slice(0, 19) + fraction + (offsetMinutes === 0 ? 'Z' : `${sign}${hours ?? ''}:${minutes ?? ''}`);
}

function fractionOf(micros: number, style: number, digits: Digits): string {
  const whole = String(micros).padStart(6, '0');
  if (digits < 6) return digits === 0 ? '' : `.${whole.slice(0, digits)}`;
  if (micros === 0 && style % 3 === 0) return '';
  return micros % 1000 === 0 && style % 3 === 1 ? `.${whole.slice(0, 3)}` : `.${whole}`;
}

/** One time in `of`, else null. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, of: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: of - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

interface RowPlan {
  readonly slot: number;
  readonly late: number | null;
  readonly gone: number | null;
  readonly future: number | null;
  readonly style: number;
  readonly undated: string | null | undefined;
}

const rowPlan: fc.Arbitrary<RowPlan> = fc.record({
  slot: fc.integer({ min: 0, max: 40 }),
  late: seldom(fc.integer({ min: 0, max: 10 }), 3),
  gone: seldom(fc.integer({ min: 0, max: 120 }), 4),
  future: seldom(fc.integer({ min: 1, max: 400 }), 15),
  style: fc.nat(11),
  undated: fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, fc.constantFrom(null, 'not a date', '')),
});

export interface Variety {
  readonly undated?: boolean;
  readonly ignoresSort?: boolean;
  readonly ignoresFilter?: boolean;
  /** Now and then, a page is out of order. */
  readonly breaksOrder?: boolean;
  /** Groups of equal times that are larger than a page, and rows that vanish while these are read. */
  readonly crowded?: boolean;
  /** Equal times come in another order on every request; each page has room for a whole group. */
  readonly shufflesTies?: boolean;
  /** Servers that sort and filter, and else do what the reference leaves open. */
  readonly anyServer?: boolean;
  /** Bounds, names, page sizes and lookbacks, also others from sync to sync. */
  readonly settings?: boolean;
  /** States that other programs wrote, or a person. */
  readonly edits?: boolean;
}

function plannedSync({ settings = false, edits = false }: Variety): fc.Arbitrary<PlannedSync> {
  const edit: fc.Arbitrary<StateEdit> = fc.oneof(
    fc.constantFrom({ kind: 'legacy' as const }, { kind: 'without cursor' as const }, { kind: 'no bookmark' as const }),
    fc
      .tuple(fc.integer({ min: 0, max: 130 }), fc.nat(11))
      .map(([at, style]) => ({ kind: 'set' as const, bookmark: shownAs(at * SECOND, style) })),
  );
  const sometimes = <T>(isWanted: boolean, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
    isWanted ? seldom(arbitrary, 3) : fc.constant(null);
  return fc.record({
    gap: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(400)).map((seconds) => seconds * SECOND),
    killAfter: seldom(fc.nat(40), 2),
    fullTable: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    stopAt: seldom(fc.integer({ min: 1, max: 12 }), 8),
    failAt: seldom(fc.integer({ min: 1, max: 12 }), 8),
    edit: sometimes(edits, edit),
    pageSize: sometimes(settings, fc.integer({ min: 1, max: 40 })),
    lookbackSeconds: sometimes(settings, fc.constantFrom(10, 11, 60)),
    endDate: sometimes(
      settings,
      fc.integer({ min: 0, max: 130 }).map((at) => at * SECOND),
    ),
  });
}

/** What the reference leaves open of a server that sorts and filters. */
function serverOf({ anyServer = false }: Variety): fc.Arbitrary<Partial<ModelApiOptions>> {
  const links = fc.constantFrom('absolute' as const, 'relative' as const, 'bare' as const);
  const delays = fc.array(fc.nat(5), { minLength: 1, maxLength: 7 });
  const clock = fc.constantFrom('exact' as const, 'to the second' as const);
  if (!anyServer) return fc.record({ links, delays, clock });
  return fc.record({
    links: fc.oneof(links, fc.constantFrom('pinned' as const, 'opaque' as const)),
    delays,
    clock,
    filterDigits: fc.constantFrom(6 as const, 3 as const, 0 as const),
    hidesFuture: fc.boolean(),
    missingPages: fc.constant(false),
    namesEmptyPage: fc.boolean(),
    shares: fc.oneof(
      fc.constant([1]),
      fc.array(fc.constantFrom(0, 0.1, 0.5, 1), { maxLength: 4 }).map((shares) => [...shares, 1]),
    ),
    repeatsRows: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  });
}

/** Any history: any rows, any server, any syncs, then two that are left alone. */
export function histories(variety: Variety): fc.Arbitrary<History> {
  const { crowded = false, shufflesTies = false, anyServer = false, settings = false } = variety;
  const least = shufflesTies ? LARGEST_TIE + 2 : 1;
  return fc
    .record({
      plans: fc.array(crowded ? rowPlan.map(vanishing) : rowPlan, { maxLength: 60 }),
      // How far apart the slots are: small makes bursts that share a second or a microsecond.
      grain: crowded ? fc.constantFrom(0, 1) : fc.constantFrom(0, 1, 1000, 300_000, SECOND, 3 * SECOND),
      lookbackSeconds: settings ? fc.constant(10) : fc.constantFrom(0, 1, 10, 60),
      syncs: fc.array(plannedSync(variety), { minLength: 1, maxLength: 6 }),
      pageSize: fc.oneof(
        fc.integer({ min: least, max: Math.max(12, least) }),
        fc.integer({ min: Math.max(8, least), max: 60 }),
      ),
      width: fc.integer({ min: 1, max: 5 }),
      cap: crowded
        ? fc.integer({ min: 1, max: 20 })
        : fc.oneof(
            fc.integer({ min: least, max: Math.max(9, least) }),
            fc.integer({ min: Math.max(8, least), max: 60 }),
          ),
      fixedSize: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      step: crowded ? fc.constant(3 * SECOND) : fc.constantFrom(1, 50_000, 900_000, 3 * SECOND),
      server: serverOf(variety),
      shownDigits: anyServer
        ? fc.constantFrom(6 as const, 6 as const, 3 as const, 0 as const)
        : fc.constant(6 as const),
      disorderEvery: variety.breaksOrder === true ? fc.integer({ min: 1, max: 6 }) : fc.constant(null),
      startDate: settings ? seldom(fc.integer({ min: 0, max: 60 }), 2) : fc.constant(null),
      names: settings ? seldom(fc.boolean(), 2) : fc.constant(null),
    })
    .map((plan): History => {
      const dense = { ...plan, grain: shufflesTies ? Math.max(1, plan.grain) : plan.grain };
      const rows = plan.plans.map((row, index) =>
        rowOf(shufflesTies ? thinned(row, index) : row, index, dense, variety),
      );
      const settle = [
        { gap: 1000 * SECOND, killAfter: null, fullTable: false },
        { gap: 1, killAfter: null, fullTable: false },
      ];
      return {
        api: {
          rows: plan.names === null ? rows : rows.map((row, index) => ({ ...row, name: index % 3 === 0 ? 'x' : 'y' })),
          cap: plan.cap,
          ignoresSort: variety.ignoresSort ?? false,
          ignoresFilter: variety.ignoresFilter ?? false,
          shufflesTies,
          fixedSize: plan.fixedSize,
          links: 'absolute',
          readsNames: plan.names ?? true,
          disorderEvery: plan.disorderEvery,
          step: plan.step,
          ...plan.server,
        },
        pageSize: plan.pageSize,
        width: plan.width,
        lookbackSeconds: plan.lookbackSeconds,
        startDate: plan.startDate === null ? null : plan.startDate * SECOND,
        eventNames: plan.names === null ? [] : ['x'],
        syncs: [...plan.syncs, ...settle],
      };
    });
}

/** Two slots in all, so that groups are large, and every third row gone before the end of a sync that began early. */
function vanishing(plan: RowPlan): RowPlan {
  return { ...plan, slot: plan.slot % 2, late: null, gone: plan.style % 3 === 0 ? plan.slot * 2 : null };
}

const LARGEST_TIE = 6;

/** Slots that no more than {@link LARGEST_TIE} rows share. */
function thinned(plan: RowPlan, index: number): RowPlan {
  return { ...plan, slot: 2 * Math.floor(index / LARGEST_TIE) + (plan.slot % 2), future: null };
}

interface RowsOf {
  readonly grain: number;
  readonly lookbackSeconds: number;
  readonly shownDigits: Digits;
}

function rowOf(
  plan: RowPlan,
  index: number,
  { grain, lookbackSeconds, shownDigits }: RowsOf,
  variety: Variety,
): ModelRow {
  const stored = Math.min(SPAN, plan.slot * grain);
  const created = plan.future === null ? stored : stored + plan.future * SECOND;
  const unit = 10 ** (6 - shownDigits);
  // The lookback is measured from what the row shows.
  const late = Math.min(plan.late ?? 0, lookbackSeconds) * SECOND;
  const visibleAt = Math.floor(stored / unit) * unit + late;
  const id = `row-${String(index).padStart(3, '0')}`;
  const shown =
    variety.undated === true && plan.undated !== undefined ? plan.undated : shownAs(created, plan.style, shownDigits);
  const deletedAt = plan.gone === null ? Number.POSITIVE_INFINITY : visibleAt + plan.gone * SECOND;
  return { id, created, shown, visibleAt, deletedAt };
}
