/** One fault put into the source by hand: the text that is there, once, and what stands in its place. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const cursor = 'src/sync/cursor.ts';
const sentIds = 'src/sync/sent-ids.ts';
const sync = 'src/sync/sync.ts';
const walk = 'src/circle/walk.ts';
const chain = 'src/circle/chain.ts';
const experience = 'src/circle/experience.ts';
const sink = 'src/singer/sink.ts';
const scanner = 'src/circle/row-scanner.ts';
const scan = 'src/circle/scan-page.ts';

/** Faults that somebody could make in the engine while tidying it up. Each must be found by the tests. */
export const mutations: readonly Mutation[] = [
  // What is sent.
  { name: 'the first row is out of bounds', file: cursor, from: 'at < this.from.at) ||', to: 'at <= this.from.at) ||' },
  { name: 'the end date is exclusive', file: cursor, from: 'at > endDate)', to: 'at >= endDate)' },
  { name: 'nothing is remembered from the state', file: sentIds, from: 'return !sentBefore;', to: 'return true;' },
  {
    name: 'nothing is remembered within a sync',
    file: sentIds,
    from: 'if (this.known.size === size) return false;',
    to: '',
  },
  {
    name: 'the state forgets the ids of its own instant',
    file: sentIds,
    from: "?? '') >= from) start--;",
    to: "?? '') > from) start--;",
  },
  {
    name: 'ties at a window’s border are dropped by time, not by id',
    file: sync,
    from: 'at < page.anchor) continue',
    to: 'at <= page.anchor) continue',
  },
  {
    name: 'event_names is left to the server',
    file: sync,
    from: "if (rowNames !== null && !names.has(rowNames[index] ?? '')) continue;",
    to: '',
  },
  {
    name: 'rows without a timestamp are dropped',
    file: sync,
    from: "if (verdict !== 'send') continue;",
    to: "if (verdict !== 'send' || at === null) continue;",
  },
  {
    name: 'the end date ends an unsorted stream',
    file: sync,
    from: 'page.covers !== null && page.covers > endDate',
    to: 'page.last !== null && page.last > endDate',
  },
  // Where the next look begins.
  {
    name: 'no look-back during a sync',
    file: cursor,
    from: 'start === null ? position : earlier(position, minusSeconds(start.earliest, this.options.lookbackSeconds));',
    to: 'start === null ? position : position;',
  },
  {
    name: 'the position goes back',
    file: cursor,
    from: 'within > this.position) this.position',
    to: 'within < this.position) this.position',
  },
  {
    name: 'the position is that of the last row, covered or not',
    file: sync,
    from: 'if (page.covers !== null) cursor.covered(page.covers);',
    to: 'if (page.last !== null) cursor.covered(page.last);',
  },
  { name: 'a broken order is trusted by the state', file: cursor, from: 'this.trusted = false;', to: '' },
  {
    name: 'the cursor of an edited bookmark counts',
    file: cursor,
    from: 'const own = cursor?.bookmark === bookmark ? cursor : undefined;',
    to: 'const own = cursor;',
  },
  {
    name: 'a full table goes on from the state',
    file: sync,
    from: "stream.method === 'FULL_TABLE' ? undefined : options.states.get(name)",
    to: 'options.states.get(name)',
  },
  // The bookmark.
  {
    name: 'the bookmark is the last row, not the latest',
    file: cursor,
    from: 'this.bookmark === null || at > this.bookmark)',
    to: 'this.bookmark === null || at !== this.bookmark)',
  },
  {
    name: 'the bookmark may lie in the future',
    file: cursor,
    from: '(this.start === null || at <= this.start.latest)',
    to: 'this.options !== null',
  },
  // States.
  {
    name: 'the state is written before its rows',
    file: sink,
    from: 'const { page, indexes } = batch;',
    to: `const { page, indexes } = batch;
    if (state !== null) {
      this.options.state.set(stream.definition.name, state);
      await this.writeState();
    }`,
  },
  { name: 'no state behind a page', file: sync, from: 'rows, cursor.checkpoint());', to: 'rows, null);' },
  // The walk.
  {
    name: 'an empty page is the end',
    file: walk,
    from: 'if (page.fetched.next === null) {',
    to: 'if (page.fetched.next === null || page.ids.length === 0) {',
  },
  {
    name: 'a short page is the end',
    file: walk,
    from: 'if (page.fetched.next === null) {',
    to: 'if (page.fetched.next === null || page.ids.length < link.range.perPage) {',
  },
  {
    name: 'the order is trusted, not looked at',
    file: walk,
    from: 'if (this.trusted && !sighting.ordered) throw new NotAnchorable(UNSORTED);',
    to: '',
  },
  {
    name: 'the order is taken for seen',
    file: walk,
    from: 'private orderSeen = false;',
    to: 'private orderSeen = true;',
  },
  {
    name: 'pages are believed without overlap',
    file: walk,
    from: 'const { count, last } = done.page;',
    to: 'const { count, last } = done.page;\n    if (count > 0) return true;',
  },
  {
    name: 'shared rows of one instant need not stand as they stood',
    file: walk,
    from: 'page.first !== null && last !== null && page.first < last) return true;',
    to: 'page.first !== null && last !== null && page.first <= last) return true;',
  },
  {
    name: 'linked pages are not read again',
    file: walk,
    from: 'const isWhole = read.pages.every(({ ids }) => ids.every((id) => stillThere.has(id)));',
    to: 'const isWhole = stillThere.size >= 0;',
  },
  {
    name: 'linked pages show the order before they are read again',
    file: walk,
    from: 'if (isSame) this.orderSeen ||= read.seemsSorted;',
    to: 'this.orderSeen ||= read.seemsSorted;',
  },
  {
    name: 'linked pages cover before they are read again',
    file: walk,
    from: 'yield pages.length === 0 ? page : { ...page, covers: null };',
    to: 'yield page;',
  },
  {
    name: 'created_at_gt is taken to be obeyed',
    file: walk,
    from: "throw new NotAnchorable('The API does not filter by created_at_gt as asked');",
    to: '',
  },
  // Pages ahead.
  { name: 'page 1 does not go alone', file: experience, from: 'pagesAlone = 1;', to: 'pagesAlone = 0;' },
  { name: 'one late page stops all others', file: chain, from: 'LATE_FACTOR = 2;', to: 'LATE_FACTOR = 1;' },
  {
    name: 'a slow reader does not stop the requests',
    file: chain,
    from: 'if (links[0]?.isHere !== false) return links.length < width;',
    to: '',
  },
  {
    name: 'more requests are under way than wanted',
    file: chain,
    from: 'return underWay < width && links',
    to: 'return links',
  },
  {
    name: 'pages are asked for beyond the end',
    file: chain,
    from: 'if (fetched.next === null || count',
    to: 'if (count',
  },
  {
    name: 'anchors may go back',
    file: chain,
    from: 'this.landmarks[0] === undefined || last > this.landmarks[0].last',
    to: 'this.landmarks[0] === undefined || link.start >= this.landmarks[0].start',
  },
  {
    name: 'the same place is asked for twice',
    file: chain,
    from: 'range === null || !this.isFurther(found, range))',
    to: 'range === null)',
  },
  {
    name: 'anchors are set only in the newest page, whatever it costs',
    file: chain,
    from: 'MOST_LANDMARKS = 3;',
    to: 'MOST_LANDMARKS = 1;',
  },
  {
    name: 'anchors are set only in page 1 of a window',
    file: chain,
    from: 'const isLandmark = reanchors &&',
    to: 'const isLandmark = this.landmarks.length === 0 && reanchors &&',
  },
  {
    name: 'an anchor’s place is that of any row of its instant',
    file: chain,
    from: 'before < at && (after',
    to: 'before <= at && (after',
  },
  {
    name: 'how far the filter misses is not learned',
    file: chain,
    from: 'experience.learnSlack(early);',
    to: '',
  },
  {
    name: 'anchors are exclusive',
    file: 'src/circle/anchor.ts',
    from: 'tickBefore(anchor.at, anchor.digits)',
    to: '`${anchor.at}Z`',
  },
  {
    name: 'page numbers make the circle, not addresses',
    file: 'src/circle/next-page.ts',
    from: 'key.searchParams.sort();',
    to: "key.searchParams.delete('per_page');\n  key.searchParams.sort();",
  },
  {
    name: 'ranges do not overlap',
    file: 'src/circle/ranges.ts',
    from: 'const latestStart = end - shared;',
    to: 'const latestStart = end;',
  },
  // Pages that are read from their bytes.
  {
    name: 'the first of equal keys counts',
    file: scanner,
    from: 'if (depth === 0) {',
    to: 'if (depth === 0 && (seen & (1 << place)) === 0) {',
  },
  { name: 'keys may be missing', file: scanner, from: '(seen & required) !== required) return', to: 'false) return' },
  { name: 'what the row before had counts', file: scanner, from: 'this.seen = 0;', to: '' },
  { name: 'NULs pass', file: scanner, from: 'code === 0 || ', to: '' },
  {
    name: 'keys with escapes are other keys',
    file: scanner,
    from: 'if (body[place] === BACKSLASH) return',
    to: 'if (false) return',
  },
  {
    name: 'a number may be infinite',
    file: scanner,
    from: 'if (kinds !== anything.kinds) return',
    to: 'if (false) return',
  },
  { name: 'a number may begin with zeros', file: scanner, from: '=== ZERO) at++;', to: '=== ZERO && false) at++;' },
  {
    name: 'UTF-8 is taken for granted',
    file: scan,
    from: '(!scanner.hasWide || isUtf8(body))',
    to: 'body.length > 0',
  },
  {
    name: 'an escape is taken for the byte of its number',
    file: 'src/circle/plain-text.ts',
    from: '/^00[0-7]/',
    to: '/^00/',
  },
  {
    name: 'readers may split lines',
    file: scanner,
    from: 'if (isSeparator(body, at)) return',
    to: 'if (false) return',
  },
  { name: 'what stands behind the page is not looked at', file: scan, from: 'at === body.length - 1 &&', to: '' },
  { name: 'two lists of events are one', file: scan, from: 'this.hasRows || body[list]', to: 'body[list]' },
  {
    name: 'each day may be in each month',
    file: 'src/circle/usual-time.ts',
    from: 'day <= (DAYS[month] ?? 0) &&',
    to: 'day <= 31 && month >= 1 && month <= 12 &&',
  },
  // Instants.
  {
    name: 'timestamps are compared as text',
    file: 'src/base/instant.ts',
    from: "if (typeof text !== 'string' || text.length > LONGEST_TIME) return null;",
    to: "if (typeof text !== 'string' || text.length > LONGEST_TIME) return null;\n  if (shape.test(text)) return instant(text.replace(/Z$/, ''));",
  },
  {
    name: 'timestamps are cut to milliseconds',
    file: 'src/base/instant.ts',
    from: 'if (end === 19) return instant(text.slice(0, 19));',
    to: 'if (end === 19) return instant(text.slice(0, 19));\n    if (end > 23) return trimmed(text.slice(0, 23));',
  },
];
