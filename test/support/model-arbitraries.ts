import fc from 'fast-check';
import { EPOCH, type ModelRow } from './model-api.js';
import type { History, PlannedSync } from './model-history.js';

const SECOND = 1_000_000;
/** Rows are created within this time; syncs happen in and after it. */
const SPAN = 120 * SECOND;

/** A timestamp of the model as an API may write it: any offset, as many digits as are needed or more. */
function shownAs(micros: number, style: number): string {
  const at = EPOCH + micros;
  const offsetMinutes = [0, 0, 330, -360][style % 4] ?? 0;
  const wall = new Date(Math.floor(at / 1000) + offsetMinutes * 60_000).toISOString();
  const fraction = String(at % SECOND).padStart(6, '0');
  const digits =
    at % SECOND === 0 && style % 3 === 0
      ? ''
      : at % 1000 === 0 && style % 3 === 1
        ? `.${fraction.slice(0, 3)}`
        : `.${fraction}`;
  const sign = offsetMinutes < 0 ? '-' : '+';
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return wall.slice(0, 19) + digits + (offsetMinutes === 0 ? 'Z' : `${sign}${hours ?? ''}:${minutes ?? ''}`);
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

const plannedSync: fc.Arbitrary<PlannedSync> = fc.record({
  gap: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constant(400)).map((seconds) => seconds * SECOND),
  killAfter: seldom(fc.nat(40), 2),
  fullTable: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
});

export interface Variety {
  readonly undated?: boolean;
  readonly ignoresSort?: boolean;
  /** Groups of equal times that are larger than a page, and rows that vanish while these are read. */
  readonly crowded?: boolean;
}

/** Any history: any rows, any server, any syncs, then two that are left alone. */
export function histories({ undated = false, ignoresSort = false, crowded = false }: Variety): fc.Arbitrary<History> {
  return fc
    .record({
      plans: fc.array(crowded ? rowPlan.map(vanishing) : rowPlan, { maxLength: 60 }),
      // How far apart the slots are: small makes bursts that share a second or a microsecond.
      grain: crowded ? fc.constantFrom(0, 1) : fc.constantFrom(0, 1, 1000, 300_000, SECOND, 3 * SECOND),
      lookbackSeconds: fc.constantFrom(0, 1, 10, 60),
      syncs: fc.array(plannedSync, { minLength: 1, maxLength: 6 }),
      pageSize: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 8, max: 60 })),
      width: fc.integer({ min: 1, max: 5 }),
      cap: crowded
        ? fc.integer({ min: 1, max: 20 })
        : fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 8, max: 60 })),
      fixedSize: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      links: fc.constantFrom('absolute' as const, 'relative' as const, 'bare' as const),
      step: crowded ? fc.constant(3 * SECOND) : fc.constantFrom(1, 50_000, 900_000, 3 * SECOND),
    })
    .map((plan) => {
      const rows = plan.plans.map((row, index) => rowOf(row, index, plan.grain, plan.lookbackSeconds, undated));
      const settle = [
        { gap: 1000 * SECOND, killAfter: null, fullTable: false },
        { gap: 1, killAfter: null, fullTable: false },
      ];
      return {
        api: {
          rows,
          cap: plan.cap,
          ignoresSort,
          shufflesTies: false,
          fixedSize: plan.fixedSize,
          links: plan.links,
          step: plan.step,
        },
        pageSize: plan.pageSize,
        width: plan.width,
        lookbackSeconds: plan.lookbackSeconds,
        syncs: [...plan.syncs, ...settle],
      };
    });
}

/** Two slots in all, so that groups are large, and every third row gone before the end of a sync that began early. */
function vanishing(plan: RowPlan): RowPlan {
  return { ...plan, slot: plan.slot % 2, late: null, gone: plan.style % 3 === 0 ? plan.slot * 2 : null };
}

function rowOf(plan: RowPlan, index: number, grain: number, lookback: number, undated: boolean): ModelRow {
  const stored = Math.min(SPAN, plan.slot * grain);
  const created = plan.future === null ? stored : stored + plan.future * SECOND;
  // Within the lookback, less the two seconds that a server's clock and ours may differ by.
  const late = Math.min(plan.late ?? 0, lookback) * SECOND;
  const visibleAt = stored + late;
  const id = `row-${String(index).padStart(3, '0')}`;
  const shown = undated && plan.undated !== undefined ? plan.undated : shownAs(created, plan.style);
  const deletedAt = plan.gone === null ? Number.POSITIVE_INFINITY : visibleAt + plan.gone * SECOND;
  return { id, created, shown, visibleAt, deletedAt };
}
