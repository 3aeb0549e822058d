import type { JsonObject } from '../../src/base/json.js';
import type { EventKind } from './api.js';

/** One example of each object of a payload, as Circle would send it. */
export const sampleObjects: Readonly<Record<string, JsonObject>> = {
  initiator: {
    type: 'CommunityMember',
    public_uid: '4c2f8e1b',
    name: 'Ada Lovelace',
    last_name: 'Lovelace',
    id: 1815,
    first_name: 'Ada',
    email: 'ada@example.com',
    is_admin: false,
    is_moderator: true,
  },
  chat_room_message: { type: 'ChatRoomMessage', chat_room_id: 501, id: 90210 },
  chat_room: {
    type: 'ChatRoom',
    parent_id: 77,
    name: 'Engines',
    is_embedded: false,
    id: 501,
    uuid: 'b1d2c3e4-0000-4000-8000-000000000501',
  },
  space_member: { type: 'SpaceMember', community_member_id: 1815, space_id: 77 },
  space: { type: 'Space', name: 'Analytical engines', id: 77, slug: 'analytical-engines' },
  section: { type: 'Section', id: 31, space_id: 77 },
  posts_event: {
    type: 'PostsEvent',
    recurring: false,
    event_type: 'live_stream',
    community_member_id: 1791,
    name: 'A demonstration',
    record_owner_is_admin: true,
    id: 4001,
    published_at: '2026-01-05T09:00:00.000Z',
    space_id: 77,
    slug: 'a-demonstration',
    status: 'published',
  },
  posts_basic: {
    type: 'PostsBasic',
    community_member_id: 1791,
    name: 'Notes on the engine',
    record_owner_is_admin: true,
    id: 4002,
    published_at: '2026-01-05T09:00:00.000Z',
    space_id: 77,
    slug: 'notes-on-the-engine',
    status: 'published',
  },
  comment: {
    type: 'Comment',
    post_id: 4002,
    community_member_id: 1815,
    record_owner_is_admin: false,
    id: 6001,
    parent_comment_id: null,
  },
  space_group_member: { type: 'SpaceGroupMember', community_member_id: 1815, space_group_id: 12, id: 8001 },
  member_tag: { type: 'MemberTag', color: '#1e90ff', display_format: 'label', name: 'Pioneer', is_public: true, id: 9 },
  lesson: { type: 'Lesson', id: 301 },
  recurring_event_setting: { frequency: 'weekly' },
  visit: {
    id: '5f0c6a7e-0000-4000-8000-000000000001',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    country: 'United Kingdom',
    region: 'England',
    city: 'London',
    community_member_id: 1815,
    user_id: 18150,
  },
};

/** One row of that kind, as the tap sends it. */
export function sampleRow({ name, objects }: EventKind): JsonObject {
  return {
    id: '0d9f1f5e-0000-4000-8000-000000000033',
    name,
    triggered_at: '2026-01-12T10:15:30.123Z',
    created_at: '2026-01-12T10:15:31.456789Z',
    version: '1',
    payload: Object.fromEntries(
      objects.map((object) => {
        const sample = sampleObjects[object];
        if (sample === undefined) throw new Error(`there is no sample of the payload object "${object}"`);
        return [object, sample];
      }),
    ),
  };
}
