import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/base/json.js';
import type { Call } from '../../src/segment/mapping/calls.js';
import { CircleMapper, type CircleMapperOptions } from '../../src/segment/mapping/circle-mapper.js';
import { put, putPayload } from '../../src/segment/mapping/columns.js';
import { IdentifyPolicy } from '../../src/segment/mapping/identify-policy.js';
import { MessageIds } from '../../src/segment/mapping/message-id.js';
import { timestampOf } from '../../src/segment/mapping/timestamp.js';
import { userIdsOf } from '../../src/segment/mapping/user-ids.js';
import type { TargetSettings } from '../../src/segment/settings.js';
import { ada, circleRecord } from '../support/segment-rows.js';

const settings = {
  communityGroupId: null,
  includeTraits: true,
  unknownEvents: 'forward',
  systemEvents: 'send',
} as const;

function mapper(change: Partial<CircleMapperOptions> = {}): CircleMapper {
  return new CircleMapper({
    settings,
    userIds: { of: () => null },
    ids: new MessageIds('key'),
    identify: new IdentifyPolicy('never'),
    version: '1.2.3',
    overrides: new Map(),
    warn: () => undefined,
    ...change,
  });
}

function calls(of: CircleMapper, id: string, change: Record<string, JsonValue> = {}): readonly Call[] {
  return of.calls({ record: circleRecord(id, change).record as JsonObject, timeExtracted: null });
}

async function userIdsBy(userIdFrom: TargetSettings['userIdFrom']): Promise<CircleMapperOptions['userIds']> {
  return await userIdsOf({ userIdFrom, userIdMapFile: null } as TargetSettings);
}

describe('who a call is about', () => {
  test.each([
    ['public_uid', 'ada7'],
    ['email', 'ada@example.com'],
    ['id', 'circle_7'],
    ['none', undefined],
  ] as const)('with user_id_from %s has the userId %s', async (from, userId) => {
    const [call] = calls(mapper({ userIds: await userIdsBy(from) }), 'a');
    expect([call?.userId, call?.anonymousId]).toEqual([userId, 'circle:7']);
  });

  test('is never a userId of the bare number, nor an empty one', async () => {
    for (const from of ['public_uid', 'email', 'id', 'none'] as const) {
      const of = mapper({ userIds: await userIdsBy(from) });
      const initiator = { ...ada, public_uid: '', email: ' ' };
      for (const call of calls(of, 'a', { payload: { initiator } })) {
        expect(call.userId).not.toBe('7');
        expect(call.userId?.trim()).not.toBe('');
        expect(call.anonymousId).toBe('circle:7');
      }
    }
  });

  test('is the member of the visit where there is no initiator', () => {
    const change = { name: 'community_member.visit', payload: { visit: { id: 'v', community_member_id: 9 } } };
    const [call] = calls(mapper(), 'a', change);
    expect(call).toMatchObject({ anonymousId: 'circle:9', properties: { member_id: 9, visit_id: 'v' } });
  });

  test('is the system for what nobody did, which can be left out', () => {
    const change = { name: 'direct_chat_rooms.created', payload: { chat_room: { type: 'ChatRoom', id: 1 } } };
    const userIds = { of: () => null };
    expect(calls(mapper({ userIds }), 'a', change)).toMatchObject([
      { anonymousId: 'circle:system', properties: { actor: 'system', chat_room_id: 1 } },
    ]);
    expect(calls(mapper({ settings: { ...settings, systemEvents: 'skip' } }), 'a', change)).toEqual([]);
  });

  test('is not the system where a user is known by another id: Segment would make one person of all of them', async () => {
    const [call] = calls(mapper({ userIds: await userIdsBy('public_uid') }), 'a', {
      payload: { initiator: { public_uid: 'ada7' } },
    });
    expect([call?.userId, call?.anonymousId]).toEqual(['ada7', undefined]);
  });
});

describe('identify calls', () => {
  const identifies = (of: CircleMapper, id: string, change: Record<string, JsonValue> = {}): boolean =>
    calls(of, id, change).some(({ type }) => type === 'identify');

  test('on_change: the first time, whenever a trait differs, and at each event of the member’s life', () => {
    const of = mapper({ identify: new IdentifyPolicy('on_change') });
    const renamed = { payload: { initiator: { ...ada, name: 'Ada B' } } };
    expect(identifies(of, 'a')).toBe(true);
    expect(identifies(of, 'b')).toBe(false);
    expect(identifies(of, 'c', renamed)).toBe(true);
    expect(identifies(of, 'd', renamed)).toBe(false);
    expect(identifies(of, 'e')).toBe(true);
    expect(identifies(of, 'f', { name: 'community_member.create' })).toBe(true);
    expect(identifies(of, 'g', { payload: { initiator: { ...ada, id: 8 } } })).toBe(true);
  });

  test('lifecycle: at these events alone; never: never', () => {
    const lifecycle = mapper({ identify: new IdentifyPolicy('lifecycle') });
    expect(identifies(lifecycle, 'a')).toBe(false);
    for (const event of ['create', 'joined_community', 'email_changed']) {
      expect(identifies(lifecycle, event, { name: `community_member.${event}` })).toBe(true);
      expect(identifies(mapper(), event, { name: `community_member.${event}` })).toBe(false);
    }
  });

  test('remember so many members and no more, those seen last', () => {
    const policy = new IdentifyPolicy('on_change', 2);
    const wants = (member: string): boolean => policy.wants(member, { email: 'x' }, false);
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(wants)).toEqual([true, true, false, true, false, true]);
  });

  test('come first, then the group call, then the track call', () => {
    const of = mapper({
      identify: new IdentifyPolicy('on_change'),
      settings: { ...settings, communityGroupId: 'g' },
    });
    expect(calls(of, 'a', { name: 'community_member.create' }).map(({ type }) => type)).toEqual([
      'identify',
      'group',
      'track',
    ]);
  });
});

describe('include_traits false', () => {
  test('leaves out every field that tells who a person is, or where, also those that Circle adds later', () => {
    const of = mapper({
      identify: new IdentifyPolicy('on_change'),
      settings: { ...settings, includeTraits: false, communityGroupId: 'g' },
    });
    const visit = { id: 'v', user_agent: 'Agent', country: 'UK', region: 'England', city: 'London', ip: '10.1.2.3' };
    const change = { name: 'community_member.visit', payload: { initiator: { ...ada, phone: '555' }, visit } };
    const text = JSON.stringify([
      calls(of, 'a', change),
      calls(of, 'b', { ...change, name: 'community_member.create' }),
    ]);
    for (const secret of ['ada@', 'Ada', '"L"', 'Agent', 'UK', 'England', 'London', '10.1.2.3', '555']) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('"circle_member_id":7');
  });
});

describe('what the table does not have', () => {
  const quiz = {
    name: 'quiz.answer_submitted',
    payload: { initiator: ada, quiz: { type: 'Quiz', id: 5, score: { of: 3 } } },
  };

  test('forward: is sent under its name in words, with all that it has, and told of once', () => {
    const told: string[] = [];
    const of = mapper({ warn: (message) => told.push(message) });
    expect(calls(of, 'a', quiz)).toMatchObject([
      { type: 'track', event: 'Quiz Answer Submitted', properties: { quiz_id: 5, quiz_score: { of: 3 } } },
    ]);
    calls(of, 'b', quiz);
    expect(told).toEqual([expect.stringContaining('quiz.answer_submitted')]);
  });

  test('skip: is left out; fail: ends the run', () => {
    expect(calls(mapper({ settings: { ...settings, unknownEvents: 'skip' } }), 'a', quiz)).toEqual([]);
    expect(() => calls(mapper({ settings: { ...settings, unknownEvents: 'fail' } }), 'a', quiz)).toThrow(/quiz/);
  });

  test.each(['__proto__', 'constructor', 'toString'])('takes no name of JavaScript for one: %s', (name) => {
    expect(calls(mapper(), 'a', { name })).toMatchObject([{ type: 'track', properties: { circle_event_name: name } }]);
  });

  test('of a row: new columns come through under names of their own', () => {
    const [call] = calls(mapper(), 'a', { community_id: 12, payload: { initiator: ada, user: { id: 3 }, flag: true } });
    expect(call).toMatchObject({ properties: { circle_community_id: 12, payload_user_id: 3, flag: true } });
  });

  test('no payload loses a value, whatever it holds', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const object = fc.dictionary(fc.string({ minLength: 1 }), scalar, { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('space', 'posts_basic', 'user', 'x', 'constructor'), object),
        (payload) => {
          const properties: JsonObject = {};
          putPayload(properties, payload, true);
          const values = Object.values(properties);
          for (const inner of Object.values(payload)) {
            for (const [key, value] of Object.entries(inner)) {
              if (key !== 'type') expect(values).toContain(value);
            }
          }
        },
      ),
    );
  });

  test('two values of one name are both kept', () => {
    const properties: JsonObject = {};
    put(properties, 'post_id', 1);
    put(properties, 'post_id', 1);
    put(properties, 'post_id', 2);
    put(properties, 'user_id', 3);
    expect(properties).toEqual({ post_id: 1, payload_post_id: 2, payload_user_id: 3 });
  });
});

describe('the time', () => {
  test.each([
    ['2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:05.678901Z'],
    ['2026-01-02T03:04:05+05:30', '2026-01-02T03:04:05+05:30'],
    ['2026-01-02 03:04:05 UTC', '2026-01-02T03:04:05Z'],
    ['2026-01-02T03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02', '2026-01-02T00:00:00Z'],
  ])('%s is sent as %s', (given, sent) => {
    expect(timestampOf(given, 'triggered_at')).toBe(sent);
  });

  test.each([null, '', 'not a date', '2026-02-30T00:00:00Z', 17, undefined])(
    '%s is none: the row is not sent',
    (given) => {
      expect(() => timestampOf(given, 'triggered_at')).toThrow('has no valid time in triggered_at');
      expect(() => calls(mapper(), 'a', { triggered_at: given ?? null })).toThrow('has no valid time');
    },
  );
});

describe('the messageId', () => {
  test('is of the source: two keys give two', () => {
    const id = (key: string): string => new MessageIds(key).ofCircleEvent('e', '');
    expect(id('staging')).not.toBe(id('production'));
    expect(id('staging')).not.toContain('staging');
  });

  test('stays below 100 characters, and apart from that of every other row', () => {
    const ids = new MessageIds('key');
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), fc.string({ minLength: 1, maxLength: 300 }), (a, b) => {
        const of = (id: string): string => ids.ofCircleEvent(id, 'identify');
        expect(of(a).length).toBeLessThan(100);
        expect(of(a) === of(b)).toBe(a === b);
      }),
    );
  });

  test('of another tap’s row follows from what is in it, in any order of its columns', () => {
    const ids = new MessageIds('key');
    const of = (row: JsonValue, stream = 's'): string => ids.ofRow(stream, row, '');
    expect(of({ a: 1, b: { c: 2, d: 3 } })).toBe(of({ b: { d: 3, c: 2 }, a: 1 }));
    expect(of({ a: 1 })).not.toBe(of({ a: 2 }));
    expect(of({ a: 1 })).not.toBe(of({ a: '1' }));
    expect(of({ a: 1 })).not.toBe(of({ a: 1 }, 't'));
    expect(of({ a: 1 }).length).toBeLessThan(100);
  });
});
