import { isJsonObject } from '../base/json.js';
import { numberOf, textOf, type FaultKind } from './fault-kind.js';

/** Faults in what a page holds: its rows, its size, its links. */
export const pageFaults = {
  'clamp-page': {
    summary: 'fewer rows on a page than asked for',
    parameters: { rows: 100 },
    query: (query, parameters) => ({ ...query, perPage: Math.min(query.perPage, numberOf(parameters, 'rows')) }),
  },
  'ignore-sort': { summary: 'newest first, whatever was asked', query: (query) => ({ ...query, sort: 'latest' }) },
  'ignore-created-at-gt': { summary: '`created_at_gt` is not read', query: (query) => ({ ...query, after: null }) },
  'ignore-events': { summary: '`events` is not read', query: (query) => ({ ...query, names: null }) },
  'empty-page': {
    summary: 'an empty page with a next_page_uri; its rows come on the next page',
    size: () => 0,
  },
  'short-page': {
    summary: 'a page with fewer rows than the others; the rest comes on the next page',
    parameters: { share: 0.3 },
    size: (perPage, parameters) => Math.max(1, Math.floor(perPage * numberOf(parameters, 'share'))),
  },
  'row-out-of-order': {
    summary: 'a row of the middle at the end of the page',
    rows: (rows) => {
      const middle = Math.floor(rows.length / 2);
      return [...rows.slice(0, middle), ...rows.slice(middle + 1), ...rows.slice(middle, middle + 1)];
    },
  },
  'duplicate-row': { summary: 'the first row of the page twice', rows: (rows) => [...rows.slice(0, 1), ...rows] },
  'null-created-at': {
    summary: 'created_at is null in every n-th row (`every`)',
    parameters: { every: 5 },
    rows: (rows, parameters) =>
      changeSome(rows, numberOf(parameters, 'every'), (row) => ({ ...row, created_at: null })),
  },
  'missing-created-at': {
    summary: 'created_at is absent in every n-th row (`every`)',
    parameters: { every: 5 },
    rows: (rows, parameters) =>
      changeSome(rows, numberOf(parameters, 'every'), (row) => ({ ...row, created_at: undefined })),
  },
  'invalid-created-at': {
    summary: 'created_at is no timestamp in every n-th row (`every`)',
    parameters: { every: 5, text: 'soon' },
    rows: (rows, parameters) =>
      changeSome(rows, numberOf(parameters, 'every'), (row) => ({ ...row, created_at: textOf(parameters, 'text') })),
  },
  'relative-next': {
    summary: 'links without the origin',
    chaos: true,
    links: ({ next, previous }) => ({ next: withoutOrigin(next), previous: withoutOrigin(previous) }),
  },
  'bare-next': {
    summary: 'next_page_uri with `page` as its only parameter',
    links: (links, { own, page }) =>
      onNext(links, () => {
        const url = new URL(own);
        url.search = `page=${page + 1}`;
        return url.href;
      }),
  },
  'foreign-next': {
    summary: 'next_page_uri of another origin',
    parameters: { origin: 'https://circle.example.org' },
    links: (links, _, parameters) =>
      onNext(links, (next) => textOf(parameters, 'origin') + (withoutOrigin(next) ?? '')),
  },
  'repeat-next': { summary: 'next_page_uri is the page itself', links: (links, { own }) => onNext(links, () => own) },
  'cycle-next': {
    summary: 'next_page_uri of page 2 and later is the page before',
    links: (links, { page, to }) => onNext(links, (next) => (page > 1 ? to(page - 1) : next)),
  },
  'endless-next': {
    summary: 'the last page and all after it have a next_page_uri too',
    links: (links, { page, to }) => ({ ...links, next: links.next ?? to(page + 1) }),
  },
  'null-next': {
    summary: 'links are null where there is no such page, instead of absent',
    chaos: true,
    links: ({ next, previous }) => ({ next: next ?? null, previous: previous ?? null }),
  },
  'pretty-body': {
    summary: 'JSON with line breaks and indentation',
    chaos: true,
    body: (text) => JSON.stringify(JSON.parse(text), null, 2),
  },
  'bom-body': { summary: 'a byte order mark before the JSON', body: (text) => `\ufeff${text}` },
} as const satisfies Record<string, FaultKind>;

type Link = string | null | undefined;

function withoutOrigin(link: Link): Link {
  return typeof link === 'string' ? link.replace(/^https?:\/\/[^/]*/, '') : link;
}

function onNext<L extends { readonly next: Link }>(links: L, change: (next: string) => string): L {
  return typeof links.next === 'string' ? { ...links, next: change(links.next) } : links;
}

function changeSome(rows: readonly string[], every: number, change: (row: object) => object): string[] {
  return rows.map((text, index) => {
    if (index % Math.max(1, every) !== 0) return text;
    const row: unknown = JSON.parse(text);
    return isJsonObject(row) ? JSON.stringify(change(row)) : text;
  });
}
