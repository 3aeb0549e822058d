import type { Micros } from './micros.js';

/** How rows of one created_at are ordered in `sort=oldest`; `latest` is always the exact reverse. */
export type TieOrder = 'id' | 'insertion-descending';

/** What the timeline needs to know of rows, by their number. */
export interface TimedRows {
  readonly length: number;
  created(n: number): Micros;
  /** Negative where the id of the first row sorts before that of the second. */
  compareIds(a: number, b: number): number;
}

/**
 * The visible rows of a stream in the order of `sort=oldest`. Finding the k-th row, or how many rows are older than an
 * instant, takes a few binary searches whatever the number of rows.
 *
 * The base (the generated history) is one sorted array that never changes; what was added and what was taken out are
 * two small sorted lists beside it.
 */
export class Timeline {
  private readonly rows: TimedRows;
  private readonly compare: (a: number, b: number) => number;
  /** Row numbers of the base, oldest first. */
  private readonly base: Uint32Array;
  /** Places in `base` that are not visible, ascending. */
  private gone: number[] = [];
  /** Row numbers that are not of the base, oldest first. */
  private added: number[] = [];

  /** @param rows those that exist now are the base; their created_at never descends */
  constructor(rows: TimedRows, ties: TieOrder) {
    this.rows = rows;
    const tie = ties === 'id' ? (a: number, b: number) => rows.compareIds(a, b) : descending;
    this.compare = (a, b) => rows.created(a) - rows.created(b) || tie(a, b);
    this.base = new Uint32Array(rows.length).map((_, place) => place);
    for (let from = 0, to = 1; from < this.base.length; from = to++) {
      while (to < this.base.length && rows.created(to) === rows.created(from)) to++;
      if (to - from > 1) this.base.subarray(from, to).sort(this.compare);
    }
  }

  /** How many rows are visible. */
  get size(): number {
    return this.base.length - this.gone.length + this.added.length;
  }

  /** How many visible rows were created at this instant or before. */
  countUpTo(at: Micros): number {
    const inBase = search(this.base.length, (place) => this.createdAt(this.base, place) > at);
    const inAdded = search(this.added.length, (place) => this.createdAt(this.added, place) > at);
    return inBase - this.goneBefore(inBase) + inAdded;
  }

  /** The numbers of the visible rows from one rank to another (excluded), oldest first. */
  slice(from: number, to: number): number[] {
    const found: number[] = [];
    if (from >= to) return found;
    let add = search(this.added.length, (place) => this.rankOfAdded(place) >= from);
    let place = this.placeOf(from - add);
    let hole = this.goneBefore(place);
    while (found.length < to - from) {
      while (hole < this.gone.length && this.gone[hole] === place) {
        hole++;
        place++;
      }
      const old = this.base[place];
      const extra = this.added[add];
      if (old === undefined && extra === undefined) break;
      if (old === undefined || (extra !== undefined && this.compare(extra, old) < 0)) {
        found.push(extra ?? 0);
        add++;
      } else {
        found.push(old);
        place++;
      }
    }
    return found;
  }

  /** Makes rows visible. Those that are already stay as they are. */
  show(numbers: readonly number[]): void {
    const places: number[] = [];
    const others: number[] = [];
    for (const n of numbers) {
      if (n < this.base.length) places.push(this.placeInBase(n));
      else if (!this.isAdded(n)) others.push(n);
    }
    if (places.length > 0) {
      const back = new Set(places);
      this.gone = this.gone.filter((place) => !back.has(place));
    }
    this.added = merge(this.added, others, this.compare);
  }

  /** Takes rows out of sight. */
  hide(numbers: readonly number[]): void {
    const places: number[] = [];
    const others = new Set<number>();
    for (const n of numbers) {
      if (n >= this.base.length) others.add(n);
      else if (this.isVisible(n)) places.push(this.placeInBase(n));
    }
    this.gone = merge(this.gone, places, (a, b) => a - b);
    if (others.size > 0) this.added = this.added.filter((n) => !others.has(n));
  }

  isVisible(n: number): boolean {
    if (n >= this.base.length) return this.isAdded(n);
    const place = this.placeInBase(n);
    return this.gone[this.goneBefore(place)] !== place;
  }

  private createdAt(list: readonly number[] | Uint32Array, place: number): Micros {
    return this.rows.created(list[place] ?? 0);
  }

  private placeInBase(n: number): number {
    return search(this.base.length, (place) => this.compare(this.base[place] ?? 0, n) >= 0);
  }

  private isAdded(n: number): boolean {
    const place = search(this.added.length, (other) => this.compare(this.added[other] ?? 0, n) >= 0);
    return this.added[place] === n;
  }

  private goneBefore(place: number): number {
    return search(this.gone.length, (hole) => (this.gone[hole] ?? 0) >= place);
  }

  /** The place in the base of its k-th visible row. */
  private placeOf(k: number): number {
    return k + search(this.gone.length, (hole) => (this.gone[hole] ?? 0) - hole > k);
  }

  /** How many visible rows come before an added one. */
  private rankOfAdded(index: number): number {
    const place = this.placeInBase(this.added[index] ?? 0);
    return index + place - this.goneBefore(place);
  }
}

/** The first index that has it, where all after it have it too; `count` where none has. */
function search(count: number, has: (index: number) => boolean): number {
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (has(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function merge(sorted: number[], more: number[], compare: (a: number, b: number) => number): number[] {
  const fresh = [...new Set(more)].sort(compare);
  const last = sorted.at(-1);
  const first = fresh[0];
  if (first === undefined) return sorted;
  if (last !== undefined && compare(last, first) > 0) return [...sorted, ...fresh].sort(compare);
  for (const n of fresh) sorted.push(n);
  return sorted;
}

function descending(a: number, b: number): number {
  return b - a;
}
