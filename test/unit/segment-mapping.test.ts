import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readApi } from '../../scripts/generate/api.js';
import { sampleCalls } from '../../scripts/generate/segment-doc.js';
import { sampleObjects, sampleRow } from '../../scripts/generate/segment-samples.js';
import { eventNames, payloadFields, payloadObjects, visitName } from '../../src/circle/event-names.js';
import { sizeOf } from '../../src/segment/delivery/event-size.js';
import type { Call } from '../../src/segment/mapping/calls.js';
import { circleTable } from '../../src/segment/mapping/circle-table.js';
import { isReserved } from '../../src/segment/mapping/reserved.js';
import { complaintsAbout } from '../support/segment-rules.js';

const api = readApi(readFileSync('openapi/circle-data-api.yaml', 'utf8'));
const kinds = api.streams.flatMap((stream) => stream.kinds);
const cases = kinds.map((kind) => [kind.name, kind] as const);

/** Names that Segment has given a meaning in its specs of other fields: ours must not be one of them. */
const semanticNames = [
  ...['Signed Up', 'Signed In', 'Signed Out', 'Account Created', 'Account Deleted', 'Account Added User'],
  ...['Account Removed User', 'Trial Started', 'Trial Ended', 'Invite Sent', 'Live Chat Message Sent'],
  ...['Live Chat Message Received', 'Live Chat Conversation Started', 'Live Chat Conversation Ended'],
  ...[
    'Product Viewed',
    'Order Completed',
    'Email Opened',
    'Email Delivered',
    'Application Opened',
    'Video Content Started',
  ],
];
const reservedTraits = ['email', 'firstName', 'lastName', 'name'];
const pastTense =
  /(Created|Deleted|Changed|Joined|Completed|Ended|Published|Submitted|Sent|Liked|Left|Added|Removed|Visited)$/;

function trackOf(calls: readonly Call[]): Extract<Call, { type: 'track' }> {
  const track = calls.find((call) => call.type === 'track');
  if (track === undefined) throw new Error('no track call');
  return track;
}

/** Every value that is no object, with the keys to it. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

describe('the table', () => {
  test('has the 33 names of the reference and no other', () => {
    expect(Object.keys(circleTable)).toEqual([...eventNames, visitName]);
    expect(Object.keys(circleTable)).toHaveLength(33);
    expect(kinds.map(({ name }) => name)).toEqual([...eventNames, visitName]);
  });

  test('names the events of nobody as such, and those alone', () => {
    for (const [name, { system = false }] of Object.entries(circleTable)) {
      expect([name, system]).toEqual([name, payloadObjects[name]?.includes('initiator') === false]);
    }
  });
});

describe('the samples', () => {
  test('have every field of the reference, each of its type', () => {
    for (const [name, fields] of Object.entries(payloadFields)) {
      const sample = sampleObjects[name] ?? {};
      if (name === 'recurring_event_setting') continue;
      expect([name, Object.keys(sample).sort()]).toEqual([name, Object.keys(fields).sort()]);
      for (const [field, type] of Object.entries(fields)) {
        const expected = type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : 'string';
        if (sample[field] !== null) expect([name, field, typeof sample[field]]).toEqual([name, field, expected]);
      }
    }
  });
});

describe.each(cases)('%s', (name, kind) => {
  const calls = sampleCalls(kind);
  const track = trackOf(calls);

  test("keeps to what Segment's documentation asks of every call", () => {
    for (const call of calls) {
      expect(complaintsAbout(call)).toEqual([]);
      expect(call.messageId.length).toBeLessThan(100);
      expect(sizeOf(call)).toBeLessThan(4000);
      // Destinations that get personal data from the context know these names.
      const { traits = {} } = call.context as { traits?: Record<string, unknown> };
      expect(reservedTraits).toEqual(expect.arrayContaining(Object.keys(traits)));
      expect(call.context).toMatchObject({ integration: { name: 'circle' }, channel: 'server' });
      expect(JSON.stringify(call)).not.toContain('null');
    }
  });

  test('has a name of a noun and what was done, in Proper Case, that means nothing else', () => {
    expect(track.event).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)+$/);
    expect(track.event).toMatch(pastTense);
    expect(semanticNames).not.toContain(track.event);
    // A warehouse makes a table of it; names of tables end at 63 characters in PostgreSQL.
    expect(track.event.length).toBeLessThanOrEqual(63);
  });

  test('has properties in snake_case that no warehouse drops, few enough', () => {
    const names = Object.keys(track.properties);
    for (const property of names) {
      expect(property).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect([property, isReserved(property)]).toEqual([property, false]);
      expect(property.length).toBeLessThanOrEqual(63);
    }
    // Segment's default limit for the properties of one event in a source's schema.
    expect(names.length).toBeLessThan(300);
    expect(track.properties).toMatchObject({ circle_event_name: name, circle_event_id: expect.any(String) });
  });

  test('tells when it happened, not when it was stored', () => {
    for (const { timestamp } of calls) expect(timestamp).toBe('2026-01-12T10:15:30.123Z');
    expect(track.properties['circle_created_at']).toBe('2026-01-12T10:15:31.456789Z');
  });

  test('gives each call an id of its own, the same each time', () => {
    const ids = calls.map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(sampleCalls(kind).map(({ messageId }) => messageId)).toEqual(ids);
    for (const id of ids)
      expect(id).toMatch(/^circle:[0-9a-f]{8}:0d9f1f5e-0000-4000-8000-000000000033(:identify|:group)?$/);
  });

  test('is about the member, or about the system', () => {
    const hasMember = kind.objects.includes('initiator');
    for (const call of calls) {
      expect([call.userId, call.anonymousId]).toEqual(
        hasMember ? ['4c2f8e1b', 'circle:1815'] : [undefined, 'circle:system'],
      );
    }
    expect(track.properties['actor']).toBe(hasMember ? undefined : 'system');
  });

  test('loses nothing of the payload', () => {
    const { payload } = sampleRow(kind);
    const sent = new Map(leaves(calls).map(([, value]) => [value, true]));
    for (const [path, value] of leaves(payload)) {
      if (value === null || path.endsWith('.type')) continue;
      expect([path, value, sent.has(value)]).toEqual([path, value, true]);
    }
  });
});

describe('the kinds of call', () => {
  const typesOf = (name: string): string[] => {
    const kind = kinds.find((candidate) => candidate.name === name);
    return kind === undefined ? [] : sampleCalls(kind).map(({ type }) => type);
  };

  test('are identify where traits are given or change, group where a member comes, and always track', () => {
    const special: Readonly<Record<string, string[]>> = {
      'community_member.create': ['identify', 'group', 'track'],
      'community_member.joined_community': ['identify', 'group', 'track'],
      'community_member.email_changed': ['identify', 'track'],
    };
    for (const { name } of kinds) expect([name, typesOf(name)]).toEqual([name, special[name] ?? ['track']]);
  });

  test('have the traits that Segment knows, and those that are Circle’s own', () => {
    const kind = kinds.find(({ name }) => name === 'community_member.create');
    const [identify, group] = kind === undefined ? [] : sampleCalls(kind);
    expect(identify).toMatchObject({
      type: 'identify',
      traits: {
        ...{ email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', name: 'Ada Lovelace' },
        ...{ circle_member_id: 1815, circle_public_uid: '4c2f8e1b', circle_is_admin: false, circle_is_moderator: true },
      },
      context: { active: false },
    });
    expect(group).toMatchObject({ type: 'group', groupId: 'engines', context: { groupId: 'engines' } });
  });

  test('put a visit’s place and browser where Segment looks for them', () => {
    const kind = kinds.find(({ name }) => name === visitName);
    const [visit] = kind === undefined ? [] : sampleCalls(kind);
    const location = { country: 'United Kingdom', region: 'England', city: 'London' };
    expect(visit).toMatchObject({ context: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)', location } });
  });
});
