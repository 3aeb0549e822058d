import { spanOf, type Layout, type Span } from './layout.js';
import type { Query } from './query.js';
import type { StreamStore } from './stream-store.js';

/** The rows of one page, as row numbers in the order in which they are sent. */
export interface FoundPage {
  readonly numbers: readonly number[];
  readonly hasNext: boolean;
  /** How many rows were looked at to find it. */
  readonly visited: number;
  /** What the page is, for keeping its bytes; null where filters chose the rows. */
  readonly key: string | null;
}

const CHUNK = 2048;

/**
 * Finds a page. Without filters on names or triggered_at that costs some binary searches and the page itself, whatever
 * its depth; with them rows are looked at from the walk's start until the page is full.
 *
 * @param depthCost visit the rows before the page too, as a database does for OFFSET
 */
export function findPage(store: StreamStore, query: Query, layout: Layout, depthCost: boolean): FoundPage {
  const first = query.after === null ? 0 : store.timeline.countUpTo(query.after);
  const end = Math.max(first, store.timeline.countUpTo(query.base - 1));
  const span = spanOf(layout, query.page, end - first);
  const filtered = query.names !== null || query.from !== null || query.to !== null;
  if (filtered) return findFiltered(store, query, span, first, end);

  const from = Math.min(span.from, end - first);
  const to = Math.min(span.to, end - first);
  const skipped = depthCost ? visitAll(store, query, first, end, from) : 0;
  return {
    numbers: ranks(store, query, first, end, from, to),
    hasNext: to < end - first,
    visited: skipped + to - from,
    key: `${store.version} ${query.sort} ${query.sort === 'oldest' ? first + from : end - from} ${to - from}`,
  };
}

/** Rows by their place in the walk, in the walk's direction. */
function ranks(store: StreamStore, { sort }: Query, first: number, end: number, from: number, to: number): number[] {
  if (sort === 'oldest') return store.timeline.slice(first + from, first + to);
  return store.timeline.slice(end - to, end - from).reverse();
}

function visitAll(store: StreamStore, query: Query, first: number, end: number, count: number): number {
  let visited = 0;
  for (let from = 0; from < count; from += CHUNK) {
    // Making the id is the work: about what a database does for a row that it reads and throws away.
    for (const n of ranks(store, query, first, end, from, Math.min(from + CHUNK, count))) {
      if (store.rows.id(n) !== '') visited++;
    }
  }
  return visited;
}

function findFiltered(store: StreamStore, query: Query, span: Span, first: number, end: number): FoundPage {
  const { rows } = store;
  const numbers: number[] = [];
  let matched = 0;
  let visited = 0;
  for (let from = 0; from < end - first; from += CHUNK) {
    for (const n of ranks(store, query, first, end, from, Math.min(from + CHUNK, end - first))) {
      visited++;
      if (query.names !== null && !query.names.has(rows.name(n))) continue;
      if (query.from !== null && rows.triggered(n) < query.from) continue;
      if (query.to !== null && rows.triggered(n) > query.to) continue;
      if (matched >= span.to) return { numbers, hasNext: true, visited, key: null };
      if (matched++ >= span.from) numbers.push(n);
    }
  }
  return { numbers, hasNext: false, visited, key: null };
}
