import { describe, expect, test } from '@jest/globals';
import { parseCommand, type AirbyteCommand } from '../../src/airbyte/command.js';
import { readConfiguredCatalog } from '../../src/airbyte/configured-catalog.js';
import { readState } from '../../src/airbyte/state.js';
import type { JsonObject, JsonValue } from '../../src/base/json.js';
import { streams } from '../../src/sync/streams.js';
import { configured } from '../support/airbyte.js';

const at = '2024-05-01T00:00:00.000001Z';
const bookmark: JsonObject = {
  replication_key: 'created_at',
  replication_key_value: at,
  cursor: { bookmark: at, from: '2024-04-30T23:50:00Z', ids: ['a', 'b'] },
};
const stored = { bookmark: at, cursor: { bookmark: at, from: '2024-04-30T23:50:00Z', ids: ['a', 'b'] } };

function read(document: JsonValue): { states: Record<string, unknown>; said: string[] } {
  const said: string[] = [];
  const logger = { log: (level: string, text: string) => said.push(`${level} ${text}`), metric: () => undefined };
  return { states: Object.fromEntries(readState('state.json', document, logger)), said };
}

describe('a state', () => {
  const descriptor = { name: 'events', namespace: null };
  const message = { type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: bookmark } };
  const empty = { global: null, data: null, sourceStats: null, destinationStats: null };

  test.each<[string, JsonValue]>([
    ['an empty list', []],
    ['an empty object', {}],
    ['null', null],
    ['a stream whose state is null', [{ ...message, stream: { stream_descriptor: descriptor, stream_state: null } }]],
    ['a GLOBAL without states', [{ type: 'GLOBAL', global: { stream_states: null, shared_state: null } }]],
    ['an older object with nulls', { events: null, visits: {} }],
  ])('that is %s says nothing', (_, document) => {
    expect(read(document)).toEqual({ states: {}, said: [] });
  });

  test.each<[string, JsonValue]>([
    ['a list of STREAM messages', [message]],
    ['null-filled messages, as PyAirbyte writes them', [{ ...empty, ...message }]],
    ['a message without a type', [{ stream: message.stream }]],
    ['one message alone', message],
    [
      'one GLOBAL',
      [{ type: 'GLOBAL', global: { shared_state: { x: 1 }, stream_states: [message.stream] }, stream: null }],
    ],
    ['an older LEGACY message', [{ type: 'LEGACY', data: { events: bookmark } }]],
    ['an older object', { events: bookmark }],
    [
      'a message with data as well, from a platform in between',
      [{ ...message, data: { events: { created_at: 'soon' } } }],
    ],
    ['lines of an output', [{ type: 'STATE', state: message }]],
    ['the value of a Singer STATE', { bookmarks: { events: bookmark } }],
  ])('that is %s is read', (_, document) => {
    expect(read(document)).toEqual({ states: { events: { state: stored, generation: null } }, said: [] });
  });

  test('also the older bookmark, and the refresh that it is in the middle of', () => {
    expect(read({ events: { created_at: at } }).states).toEqual({
      events: { state: { bookmark: at }, generation: null },
    });
    const inside = read({ events: { ...bookmark, full_refresh_generation: 5 } });
    expect(inside.states).toEqual({ events: { state: stored, generation: 5 } });
  });

  test('of streams that this source does not have is ignored, and that is said', () => {
    const other = {
      type: 'STREAM',
      stream: { stream_descriptor: { name: 'members' }, stream_state: { created_at: at } },
    };
    const wrong = { type: 'STREAM', stream: { stream_descriptor: { name: 'spaces' }, stream_state: { cursor: 7 } } };
    const { states, said } = read([other, message, wrong]);
    expect(Object.keys(states)).toEqual(['events']);
    expect(said).toEqual([
      expect.stringMatching(/^info state\.json: \[0\]\.stream\.stream_state is of a stream/),
      expect.stringMatching(/^info state\.json: \[2\]/),
    ]);
  });

  test('on another column is a warning, and no state', () => {
    const { states, said } = read({ events: { replication_key: 'id', replication_key_value: '7' } });
    expect([states, said.length]).toEqual([{}, 1]);
    expect(said[0]).toMatch(/^warning .*another replication key/);
  });

  test.each<[JsonValue, string]>([
    ['text', 'state.json: the state must be a list of state messages'],
    [[3], 'state.json: [0] must be a state message'],
    [[{ type: 'STREAM', stream: null, global: null, data: null }], 'state.json: [0] has no stream, global or data'],
    [[{ stream: { stream_state: {} } }], 'state.json: [0].stream.stream_descriptor.name is missing'],
    [{ events: { cursor: {} } }, 'state.json: the state.events.cursor.bookmark is missing'],
    [{ events: 'x' }, 'state.json: the state.events must be object or null'],
    [
      { events: { replication_key_value: 'x' } },
      'state.json: the state.events.replication_key_value must be a timestamp',
    ],
  ])('%j is an error that names the place', (document, expected) => {
    expect(() => read(document)).toThrow(expected);
  });
});

describe('a configured catalog', () => {
  const stream = { name: 'events', json_schema: null, default_cursor_field: null, namespace: null, is_resumable: null };

  test('may hold nulls, and lack all that a source does not need', () => {
    const document = {
      streams: [
        { stream, sync_mode: 'incremental', cursor_field: null, primary_key: null, generation_id: null, sync_id: null },
        {
          stream: { name: 'visits' },
          sync_mode: 'full_refresh',
          cursor_field: ['id'],
          generation_id: 0,
          include_files: false,
        },
      ],
    };
    const { streams: found, refused } = readConfiguredCatalog('catalog.json', document);
    expect(refused).toEqual([]);
    expect(found).toMatchObject([
      { definition: { name: 'events' }, method: 'INCREMENTAL', generation: null, shape: { apply: null } },
      { definition: { name: 'visits' }, method: 'FULL_TABLE', generation: 0, shape: { apply: null } },
    ]);
  });

  test.each<[string, JsonValue]>([
    ['null', null],
    ['empty', {}],
    ['without columns', { properties: {} }],
    ['the discovered one', streams[0]?.schema ?? null],
  ])('whose schema is %s selects every column, and rows leave as they are', (_, schema) => {
    const [found] = readConfiguredCatalog('c', configuredWith(schema)).streams;
    expect(found?.shape.apply).toBeNull();
  });

  test('selects columns by its schema, and always the keys', () => {
    const [found] = readConfiguredCatalog(
      'c',
      configuredWith({ properties: { payload: { properties: {} }, own: {} } }),
    ).streams;
    const row = { id: '1', created_at: at, name: 'n', payload: { space: { id: 1 } }, version: '1', unknown: true };
    expect(found?.shape.apply?.(row)).toEqual({ id: '1', created_at: at, payload: row.payload, unknown: true });
  });

  function configuredWith(schema: JsonValue): JsonValue {
    return { streams: [{ stream: { name: 'events', json_schema: schema }, sync_mode: 'incremental' }] };
  }

  test('refuses streams one by one', () => {
    const entries = [configured('INVALID', ['events']), configured('incremental', ['visits', 'members'])].flatMap(
      (one) => one.streams,
    );
    const { streams: found, refused } = readConfiguredCatalog('c', { streams: entries });
    expect(found.map(({ definition }) => definition.name)).toEqual(['visits']);
    expect(refused.map((one) => one.stream)).toEqual(['events', 'members']);
  });
});

describe('a command line', () => {
  test('keeps what the verb needs and leaves alone what is not of this program', () => {
    const read = [
      'read',
      '--config',
      'c',
      '--manifest-path',
      'm',
      '--catalog=k',
      '--components-path',
      'p',
      '--future',
      'x',
    ];
    const warnings: string[] = [];
    const parsed = (argv: readonly string[]): AirbyteCommand => parseCommand(argv, (text) => warnings.push(text));
    expect(parsed(read)).toEqual({ verb: 'read', config: 'c', catalog: 'k', state: undefined });
    // `x` may be the value of the flag, or not: nobody here knows.
    expect(warnings).toEqual(['read does not know these arguments, and leaves them alone: --future, x']);
    expect(parsed([...read, '--state', 's'])).toMatchObject({ state: 's' });
    expect(parsed(['read', '--config', 'c', '--catalog', 'k', '--stat', 's'])).toMatchObject({ state: undefined });
    expect(warnings.at(-1)).toContain('--stat, s');
    expect(warnings).toHaveLength(3);
    expect(parsed(['spec', '--config', 'c'])).toEqual({ verb: 'spec' });
    expect(parsed(['discover', '--config', 'c'])).toEqual({ verb: 'discover', config: 'c' });
    expect(parsed(['check', '--help'])).toEqual({ verb: 'help' });
    expect(warnings).toHaveLength(3);
  });
});
