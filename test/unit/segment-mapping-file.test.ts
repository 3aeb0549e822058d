import { describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/base/json.js';
import type { Call } from '../../src/segment/mapping/calls.js';
import { CircleMapper } from '../../src/segment/mapping/circle-mapper.js';
import { IdentifyPolicy } from '../../src/segment/mapping/identify-policy.js';
import { mappingEntries, type MappingEntry } from '../../src/segment/mapping/mapping-file.js';
import { MessageIds } from '../../src/segment/mapping/message-id.js';
import { Router } from '../../src/segment/mapping/router.js';
import { StreamMapper } from '../../src/segment/mapping/stream-mapper.js';
import { ada, circleRecord, circleSchema } from '../support/segment-rows.js';

const orders = {
  type: 'object',
  properties: { id: {}, customer: {}, amounts: { properties: { total: {} } }, at: {}, note: {} },
};

function entries(content: JsonValue, told: string[] = []): MappingEntry[] {
  return mappingEntries('map.json', content, (message) => told.push(message));
}

function mappings(...list: JsonValue[]): MappingEntry[] {
  return entries({ mappings: list });
}

function router(list: readonly MappingEntry[], told: string[] = []): Router {
  const ids = new MessageIds('key');
  const overrides = new Map<string, MappingEntry[]>();
  for (const entry of list) {
    if ('circleEvent' in entry.of)
      overrides.set(entry.of.circleEvent, [...(overrides.get(entry.of.circleEvent) ?? []), entry]);
  }
  const warn = (message: string): void => void told.push(message);
  const circle = new CircleMapper({
    settings: { communityGroupId: null, includeTraits: true, unknownEvents: 'forward', systemEvents: 'send' },
    userIds: { of: () => 'ada7' },
    ids,
    identify: new IdentifyPolicy('never'),
    version: '1.2.3',
    overrides,
    warn,
  });
  const custom = (stream: string, own: readonly MappingEntry[]): StreamMapper =>
    new StreamMapper({ stream, entries: own, ids, version: '1.2.3' });
  return new Router({ entries: list, circle, custom, warn });
}

function circleCalls(list: readonly MappingEntry[], change: Record<string, JsonValue> = {}): readonly Call[] {
  const record = circleRecord('row-1', change).record as JsonObject;
  const mapper = router(list).mapperOf('events', circleSchema.schema as unknown as JsonObject);
  return mapper?.calls({ record, timeExtracted: null }) ?? [];
}

function rowCalls(
  list: readonly MappingEntry[],
  record: JsonObject,
  timeExtracted: string | null = null,
): readonly Call[] {
  return router(list).mapperOf('orders', orders)?.calls({ record, timeExtracted }) ?? [];
}

describe('a mapping file that is wrong names the entry', () => {
  const stream = { stream: 'orders', call: 'track', event: 'Order Completed', user_id: 'customer' };

  test.each<[string, JsonValue, string]>([
    ['no object', [], 'map.json: the mapping must be object'],
    ['no list', { mappings: {} }, 'map.json: mappings must be array'],
    ['nothing at all', {}, 'map.json: mappings is missing'],
    ['an entry that is none', { mappings: [stream, 7] }, 'map.json: mappings[1]: must be object'],
    [
      'a call that there is not',
      { mappings: [{ ...stream, call: 'alias' }] },
      'map.json: mappings[0] (stream orders): call must be one of track, identify, group, page, drop',
    ],
    [
      'a name that is no text',
      { mappings: [{ ...stream, event: 7 }] },
      'map.json: mappings[0] (stream orders): event must be string',
    ],
    [
      'an empty list of columns',
      { mappings: [{ ...stream, message_id: [] }] },
      'mappings[0] (stream orders): message_id must not be empty',
    ],
    [
      'neither event nor stream',
      { mappings: [{ call: 'drop' }] },
      'map.json: mappings[0]: must have circle_event or stream, one of the two',
    ],
    [
      'both',
      { mappings: [{ ...stream, circle_event: 'post.liked' }] },
      'must have circle_event or stream, one of the two',
    ],
    ['a stream without a call', { mappings: [{ stream: 'orders' }] }, 'mappings[0] (stream orders): call is missing'],
    [
      'a key that means nothing',
      { mappings: [{ circle_event: 'post.liked', evnt: 'x' }] },
      'mappings[0] (circle_event post.liked): has the key evnt',
    ],
    [
      'a key of another call',
      { mappings: [{ circle_event: 'post.liked', traits: {} }] },
      'traits means nothing for a track call',
    ],
    [
      'a group call without its group',
      { mappings: [{ circle_event: 'spaces.joined', call: 'group' }] },
      'group_id is missing',
    ],
    [
      'a track call without a name',
      { mappings: [{ stream: 'orders', call: 'track', user_id: 'customer' }] },
      'event is missing',
    ],
    [
      'a call about nobody',
      { mappings: [{ stream: 'orders', call: 'identify' }] },
      'user_id or anonymous_id is missing',
    ],
    ['a column without a name', { mappings: [{ ...stream, user_id: '' }] }, 'user_id must name a column'],
    [
      'a source that means two things',
      { mappings: [{ ...stream, user_id: { column: 'a', value: 1 } }] },
      'user_id has a value; a column',
    ],
    [
      'a source of an unknown kind',
      { mappings: [{ ...stream, properties: { a: { colum: 'a' } } }] },
      'properties.a has the key colum',
    ],
    [
      'a source that is nothing',
      { mappings: [{ ...stream, properties: { a: {} } }] },
      'properties.a must have a column or a value',
    ],
    [
      'a row that is sent and dropped',
      { mappings: [stream, { stream: 'orders', call: 'drop' }] },
      'mappings[1] (stream orders): drops what another entry sends',
    ],
  ])('%s', (_what, content, message) => {
    expect(() => entries(content)).toThrow(message);
  });

  test('also where it only names what a warehouse drops: that is a warning', () => {
    const told: string[] = [];
    entries({ mappings: [{ ...stream, properties: { id: 'id', userId: 'customer', order_id: 'id' } }] }, told);
    expect(told).toEqual([
      expect.stringContaining('map.json: mappings[0] (stream orders): properties.id: warehouses drop'),
      expect.stringContaining('properties.userId: warehouses drop'),
    ]);
  });

  test('also where the stream does not have the column', () => {
    const list = mappings({ ...stream, properties: { total: 'amounts.sum' } });
    expect(() => router(list).mapperOf('orders', orders)).toThrow(
      'map.json: mappings[0] (stream orders): properties.total names the column amounts.sum, which the schema of the stream orders does not have',
    );
    const told: string[] = [];
    const open = { ...orders, additionalProperties: true };
    const loose = mappings({ ...stream, user_id: 'buyer' });
    expect(router(loose, told).mapperOf('orders', open)).not.toBeNull();
    expect(told).toEqual([expect.stringContaining('user_id names the column buyer')]);
  });
});

describe('an entry for a Circle event', () => {
  test('changes what it names, and nothing else', () => {
    const [plain] = circleCalls([]);
    const [renamed] = circleCalls(mappings({ circle_event: 'spaces.left', event: 'Went Away' }));
    expect(renamed).toEqual({ ...plain, event: 'Went Away' });
  });

  test('can give other properties, another user, another call, or drop it', () => {
    const properties = { place: 'payload.space.name', kind: { value: 'space' }, none: 'payload.nothing.there' };
    expect(
      circleCalls(mappings({ circle_event: 'spaces.left', properties, user_id: 'payload.initiator.email' })),
    ).toMatchObject([
      {
        type: 'track',
        event: 'Space Left',
        userId: ada.email,
        anonymousId: 'circle:7',
        properties: { place: 'Garden', kind: 'space' },
      },
    ]);
    expect(
      circleCalls(mappings({ circle_event: 'spaces.left', call: 'page', name: 'Space', category: 'Community' })),
    ).toMatchObject([{ type: 'page', name: 'Space', category: 'Community', properties: { space_id: 3 } }]);
    expect(
      circleCalls(
        mappings({
          circle_event: 'spaces.left',
          call: 'group',
          group_id: { column: 'payload.space.id', prefix: 'space_' },
        }),
      ),
    ).toMatchObject([{ type: 'group', groupId: 'space_3', traits: {} }]);
    expect(circleCalls(mappings({ circle_event: 'spaces.left', call: 'drop' }))).toEqual([]);
    expect(circleCalls(mappings({ circle_event: 'post.liked', call: 'drop' }))).toHaveLength(1);
  });

  test('several make several calls, each with an id of its own', () => {
    const list = mappings({ circle_event: 'spaces.left' }, { circle_event: 'spaces.left', call: 'identify' });
    const calls = circleCalls(list);
    expect(calls.map(({ type }) => type)).toEqual(['track', 'identify']);
    expect(new Set(calls.map(({ messageId }) => messageId)).size).toBe(2);
    expect(calls[0]?.messageId).toBe(circleCalls([])[0]?.messageId);
  });

  test('may be for an event that Circle adds', () => {
    const list = mappings({ circle_event: 'quiz.won', event: 'Quiz Won' });
    expect(circleCalls(list, { name: 'quiz.won' })).toMatchObject([{ event: 'Quiz Won' }]);
  });
});

describe('an entry for another tap’s stream', () => {
  const row = { id: 17, customer: 'c1', amounts: { total: 12.5 }, at: '2026-01-02 03:04:05', note: null };
  const track = { stream: 'orders', call: 'track', event: 'Order Completed', user_id: 'customer' } as const;

  test('makes the call that it says', () => {
    const properties = { order_id: 'id', total: 'amounts.total', currency: { value: 'EUR' } };
    expect(rowCalls(mappings({ ...track, properties, timestamp: 'at' }), row)).toEqual([
      {
        type: 'track',
        event: 'Order Completed',
        userId: 'c1',
        properties: { order_id: 17, total: 12.5, currency: 'EUR' },
        timestamp: '2026-01-02T03:04:05Z',
        messageId: expect.stringMatching(/^singer:[0-9a-f]{8}:[0-9a-f]{32}$/),
        context: { integration: { name: 'target-segment', version: '1.2.3' }, channel: 'server' },
      },
    ]);
  });

  test('takes all columns where it names none, under names that a warehouse keeps', () => {
    expect(rowCalls(mappings(track), row, '2026-05-05T05:05:05Z')).toMatchObject([
      { properties: { row_id: 17, customer: 'c1', amounts: { total: 12.5 } }, timestamp: '2026-05-05T05:05:05Z' },
    ]);
  });

  test('a row that was changed is another message, unless message_id says by what it is known', () => {
    const changed = { ...row, amounts: { total: 13 } };
    const id = (list: MappingEntry[], of: JsonObject): string | undefined => rowCalls(list, of)[0]?.messageId;
    expect(id(mappings(track), row)).toBe(id(mappings(track), { ...row }));
    expect(id(mappings(track), row)).not.toBe(id(mappings(track), changed));
    const byId = mappings({ ...track, message_id: ['id'] });
    expect(id(byId, row)).toBe(id(byId, changed));
  });

  test('is an error of the row where nobody is named, or its time is none', () => {
    expect(() => rowCalls(mappings(track), { ...row, customer: '' })).toThrow('has no user_id in the column customer');
    expect(() => rowCalls(mappings({ ...track, timestamp: 'note' }), row)).toThrow('has no valid time in note');
  });

  test('goes before Circle’s mapping, and `*` comes after it', () => {
    const list = mappings({ stream: 'events', call: 'drop' }, { stream: '*', call: 'drop' });
    const circle = circleSchema.schema as unknown as JsonObject;
    expect(router(list).mapperOf('events', circle)).toBeInstanceOf(StreamMapper);
    expect(router(list).mapperOf('other_events', circle)).toBeInstanceOf(CircleMapper);
    expect(router(list).mapperOf('orders', orders)).toBeInstanceOf(StreamMapper);
    expect(router([]).mapperOf('orders', orders)).toBeNull();
  });
});
