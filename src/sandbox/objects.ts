import { payloadObjects } from '../circle/event-names.js';
import { RECURRING_EVERY, roomKindOf, type Community } from './community.js';
import { uuid } from './ids.js';
import { jsonText } from './json-text.js';
import type { TimeStyle } from './micros.js';
import { isAdmin, memberId, userId, type People } from './people.js';
import { anySpace, chatSpace, courseSpace, discussionSpace, eventSpace, slugOf, type Space } from './places.js';
import type { TimeWriter } from './time-writer.js';
import { gatherings, places, tags, topics, userAgents } from './vocabulary.js';

/** What the rows of a stream have in common. */
export interface World {
  readonly seed: number;
  readonly community: Community;
  readonly people: People;
  readonly times: TimeWriter;
}

/** One row's event: what its payload objects are made from. */
export interface Scene {
  readonly world: World;
  /** The row's number in its stream. */
  readonly n: number;
  readonly name: string;
  readonly actor: number;
  readonly subject: number;
}

/** An object of a payload: its key with quotes and colon, and how its JSON is made. */
export interface PayloadPart {
  readonly key: string;
  readonly make: (scene: Scene) => string;
}

const millisStyle: TimeStyle = { digits: 3, offset: 0 };
const PURPOSE = { room: 701, visit: 702 } as const;
const SECTIONS_PER_COURSE = 4;
const LESSONS_PER_COURSE = 24;
const SPACE_GROUPS = 6;
const roomIdStep: Readonly<Record<string, number>> = {
  chat_space: 1,
  'course.lesson': 2,
  direct: 3,
  group: 4,
  live_stream: 5,
};

const topicsJson = topics.map((name) => jsonText(name));
const topicSlugs = topics.map(slugOf);
const gatheringsJson = gatherings.map(([name, type]) => ({ name: jsonText(name), type, slug: slugOf(name) }));
const tagsJson = tags.map(([name, color, display_format, is_public], index) =>
  jsonText({ type: 'MemberTag', color, display_format, name, is_public, id: 501 + index }),
);
const placesJson = places.map(([country, region, city]) => jsonText({ country, region, city }).slice(1, -1));
const userAgentsJson = userAgents.map((text) => jsonText(text));

/**
 * The JSON of each payload object that the reference knows, fields in its order. Written as text, not through objects:
 * the sandbox has to feed benchmarks.
 */
const objects: Readonly<Record<string, (scene: Scene) => string>> = {
  initiator: ({ world: { people }, actor, name }) =>
    name === 'community_member.email_changed' ? people.jsonAfterEmailChange(actor) : people.json(actor),
  chat_room_message: (scene) =>
    `{"type":"ChatRoomMessage","chat_room_id":${roomId(scene)},"id":${90_000_000 + scene.n}}`,
  chat_room: (scene) => {
    const kind = roomKindOf(scene.name) ?? 'direct';
    const embedded = kind === 'course.lesson' || kind === 'live_stream';
    const id = roomId(scene);
    const unique = uuid(scene.world.seed, PURPOSE.room, id);
    return `{"type":"ChatRoom","parent_id":${parentOfRoom(scene)},"name":"${roomName(kind)} ${scene.subject + 1}","is_embedded":${embedded},"id":${id},"uuid":"${unique}"}`;
  },
  space_member: (scene) =>
    `{"type":"SpaceMember","community_member_id":${memberId(scene.actor)},"space_id":${spaceOf(scene).id}}`,
  space: (scene) => spaceOf(scene).json,
  section: (scene) =>
    `{"type":"Section","id":${40_001 + (scene.subject % 997) * SECTIONS_PER_COURSE},"space_id":${spaceOf(scene).id}}`,
  lesson: ({ subject }) => `{"type":"Lesson","id":${50_001 + (subject % (6 * LESSONS_PER_COURSE))}}`,
  posts_event: (scene) => {
    const { subject } = scene;
    const { community, times } = scene.world;
    const what = gatheringsJson[subject % gatheringsJson.length] ?? { name: '""', type: 'tbd', slug: '' };
    const host = community.hostOf(subject);
    const published = times.write(community.gatheringPublishedAt(subject), millisStyle);
    return `{"type":"PostsEvent","recurring":${subject % RECURRING_EVERY === 0},"event_type":"${what.type}","community_member_id":${memberId(host)},"name":${what.name},"record_owner_is_admin":${isAdmin(host)},"id":${600_001 + subject},"published_at":"${published}","space_id":${spaceOf(scene).id},"slug":"${what.slug}-${subject}","status":"published"}`;
  },
  posts_basic: (scene) => {
    const post = postOf(scene);
    const { community, times } = scene.world;
    const author = community.authorOf(post);
    const published = times.write(community.publishedAt(post), millisStyle);
    const topic = post % topicsJson.length;
    return `{"type":"PostsBasic","community_member_id":${memberId(author)},"name":${topicsJson[topic] ?? '""'},"record_owner_is_admin":${isAdmin(author)},"id":${postId(post)},"published_at":"${published}","space_id":${discussionSpace(post).id},"slug":"${topicSlugs[topic] ?? ''}-${post}","status":"published"}`;
  },
  comment: ({ subject, world: { community } }) => {
    const writer = community.commenterOf(subject);
    const parent = community.parentOf(subject);
    return `{"type":"Comment","post_id":${postId(community.postOf(subject))},"community_member_id":${memberId(writer)},"record_owner_is_admin":${isAdmin(writer)},"id":${commentId(subject)},"parent_comment_id":${parent === null ? 'null' : commentId(parent)}}`;
  },
  space_group_member: ({ actor, subject, n }) =>
    `{"type":"SpaceGroupMember","community_member_id":${memberId(actor)},"space_group_id":${1001 + (subject % SPACE_GROUPS)},"id":${4_000_000 + n}}`,
  member_tag: ({ subject }) => tagsJson[subject % tagsJson.length] ?? '{}',
  recurring_event_setting: ({ subject }) =>
    subject % (2 * RECURRING_EVERY) === 0
      ? '{}'
      : `{"id":${9001 + subject},"frequency":"weekly","occurrences":${4 + (subject % 9)}}`,
  visit: ({ world: { seed }, n, actor, subject }) =>
    `{"id":"${uuid(seed, PURPOSE.visit, n)}","user_agent":${userAgentsJson[subject % userAgentsJson.length] ?? '""'},${placesJson[actor % placesJson.length] ?? ''},"community_member_id":${memberId(actor)},"user_id":${userId(actor)}}`,
};

/** The objects in the payload of an event; an object that the sandbox does not know is empty. */
export function payloadPartsOf(name: string): readonly PayloadPart[] {
  return (payloadObjects[name] ?? []).map((object) => ({
    key: `"${object}":`,
    make: objects[object] ?? (() => '{}'),
  }));
}

function spaceOf(scene: Scene): Space {
  const { name, subject } = scene;
  if (roomKindOf(name) === 'chat_space') return chatSpace(subject);
  if (name.startsWith('courses.')) return courseSpace(subject);
  if (name.startsWith('post.')) return discussionSpace(postOf(scene));
  if (name.includes('event.')) return eventSpace(subject);
  return anySpace(subject);
}

function postOf({ name, subject, world }: Scene): number {
  return name.startsWith('post.comment.') ? world.community.postOf(subject) : subject;
}

function postId(post: number): number {
  return 1_200_001 + post;
}

function commentId(comment: number): number {
  return 5_500_001 + comment;
}

function roomId({ name, subject }: Scene): number {
  return 800_000 + subject * 8 + (roomIdStep[roomKindOf(name) ?? 'direct'] ?? 0);
}

function parentOfRoom(scene: Scene): number {
  return roomKindOf(scene.name) === 'chat_space' ? chatSpace(scene.subject).id : 700_001 + scene.subject;
}

function roomName(kind: string): string {
  const names: Readonly<Record<string, string>> = {
    chat_space: 'Chat',
    'course.lesson': 'Lesson discussion',
    direct: 'Direct messages',
    group: 'Group',
    live_stream: 'Live chat',
  };
  return names[kind] ?? 'Room';
}
