import { describe, expect, test } from '@jest/globals';
import type { TrueRow } from '../../src/sandbox/index.js';
import { Books, recordsBehindState, type Visible } from '../chaos/books.js';
import type { Bookmarks } from '../chaos/tap-run.js';
import type { Transcript } from '../chaos/transcript.js';
import { killKinds, type KillKind } from '../chaos/kill.js';
import { endingOf, type Ending } from '../chaos/verdicts.js';

/** The oracle of `npm run test:chaos`: what it takes for lost, and what for sent twice. */

const none: Bookmarks = new Map();

/** A run of events: `a b | c` is the rows a and b, a state, and c behind it. States are told apart by their place. */
function run(text: string, stateText?: string): Transcript {
  const records: Transcript['records'][number][] = [];
  const states: Transcript['states'][number][] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    if (word !== '|') records.push({ stream: 'events', id: word, row: { id: word } });
    else {
      const blob = { at: stateText ?? String(records.length) };
      states.push({ bookmarks: new Map([['events', blob]]), records: records.length });
    }
  }
  return { records, states, failed: new Set(), endsWhole: true, lastType: 'STATE' };
}

function visible(...ids: readonly string[]): Visible {
  const row = (id: string): TrueRow => ({
    id,
    name: 'post.liked',
    createdMicros: 0,
    created: '',
    text: `{"id":"${id}"}`,
  });
  return new Map(ids.map((id) => [`events ${id}`, row(id)]));
}

describe('a row that comes again', () => {
  test('in one run is one too many', () => {
    const books = new Books();
    expect(books.enter(run('a b a |'), none, false, false)).toHaveLength(1);
    expect(books.twice).toBe(1);
  });

  test('after a run that ended by itself is one too many, also behind its last state', () => {
    const books = new Books();
    expect(books.enter(run('a | b'), none, false, false)).toEqual([]);
    expect(books.enter(run('b |'), none, false, false)).toHaveLength(1);
  });

  test('after a kill may have been behind the last state, once', () => {
    const books = new Books();
    expect(books.enter(run('a | b c'), none, true, false)).toEqual([]);
    expect(books.enter(run('b c |'), none, false, false)).toEqual([]);
    expect(books.crashes).toEqual([{ allowed: 2, repeats: 2 }]);
    expect(books.enter(run('c |'), none, false, false)).toHaveLength(1);
  });

  test('after a kill may not have been before the last state', () => {
    const books = new Books();
    books.enter(run('a | b'), none, true, false);
    expect(books.enter(run('a b |'), none, false, false)).toEqual([
      'events a came twice; the copy before was covered by a state',
    ]);
  });
});

describe('the records behind the last state', () => {
  const ids = (transcript: Transcript, given: Bookmarks, repeats: boolean): string[] =>
    recordsBehindState(transcript, given, repeats).map(({ id }) => id);

  test('are all where none came', () => {
    expect(ids(run('a b'), none, false)).toEqual(['a', 'b']);
  });

  test('are counted from where it came first, where it may be a repeated one', () => {
    expect(ids(run('a | b |', 'same'), none, true)).toEqual(['b']);
    expect(ids(run('a | b |', 'same'), none, false)).toEqual([]);
  });

  test('are all where the state is the one that was given', () => {
    expect(ids(run('a b |', 'given'), new Map([['events', { at: 'given' }]]), true)).toEqual(['a', 'b']);
  });
});

test('a row is lost that was there before a run and after it, and never came', () => {
  const books = new Books();
  books.enter(run('a |'), none, false, false);
  expect(books.missing('events', visible('a', 'b', 'gone'), visible('a', 'b', 'late'))).toEqual(['events b']);
});

test('a row that came otherwise than it is, but for a property that the API showed in another way', () => {
  const books = new Books();
  const changed = { stream: 'events', id: 'a', row: { id: 'a', created_at: null } } as const;
  books.enter({ ...run(''), records: [changed] }, none, false, false);
  expect(books.altered(visible('a'), null)).toEqual(['events a']);
  expect(books.altered(visible('a'), 'created_at')).toEqual([]);
});

describe('a run', () => {
  function ended(kind: KillKind, code: number | null, signal: NodeJS.Signals | null, wasHit = true): Ending {
    const end = { code, signal, wasHit, stdout: '', stderr: '', hangs: false, seconds: 1 };
    return endingOf({ kill: { kind, atByte: 1, pauseMs: 0 }, end });
  }

  test.each(killKinds)('that ended by itself before its %s is whole', (kind) => {
    expect(ended(kind, 0, null, false)).toBe('whole');
  });

  test.each(['SIGKILL, its reader too', 'dying reader'] as const)(
    'that had written all when its reader went away (%s) is killed: the reader took no more',
    (kind) => {
      expect(ended(kind, 0, null)).toBe('killed');
    },
  );

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGTERM, then SIGINT', 'SIGINT, then SIGTERM'] as const)(
    'that had written all when %s came is whole: its reader took the rest',
    (kind) => {
      expect(ended(kind, 0, null)).toBe('whole');
    },
  );
});
