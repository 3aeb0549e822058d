import { payloadObjects } from '../circle/event-names.js';
import type { ByteWriter } from './byte-writer.js';
import { RECURRING_EVERY, type RoomKind } from './community.js';
import { writeUuid } from './ids.js';
import { jsonText } from './json-text.js';
import type { Micros, TimeStyle } from './micros.js';
import { isAdmin, memberId, userId } from './people.js';
import { discussionSpace, slugOf } from './places.js';
import { parentOfRoom, postOf, roomId, roomOf, spaceOf, type Scene } from './scene.js';
import { template, type Write } from './template.js';
import { gatherings, places, tags, topics, userAgents } from './vocabulary.js';

const millisStyle: TimeStyle = { digits: 3, offset: 0 };
const PURPOSE = { room: 701, visit: 702 } as const;
const SECTIONS_PER_COURSE = 4;
const LESSONS = 144;
const SPACE_GROUPS = 6;
const nothing = Buffer.alloc(0);
const emptyObject = Buffer.from('{}');
const closing = Buffer.from('}');

const topicNames = topics.map((name) => Buffer.from(jsonText(name)));
const topicSlugs = topics.map((name) => Buffer.from(slugOf(name)));
const gatheringNames = gatherings.map(([name]) => Buffer.from(jsonText(name)));
const gatheringTypes = gatherings.map(([, type]) => Buffer.from(type));
const gatheringSlugs = gatherings.map(([name]) => Buffer.from(slugOf(name)));
const tagObjects = tags.map(([name, color, display_format, is_public], index) =>
  Buffer.from(jsonText({ type: 'MemberTag', color, display_format, name, is_public, id: 501 + index })),
);
const placeFields = places.map(([country, region, city]) =>
  Buffer.from(jsonText({ country, region, city }).slice(1, -1)),
);
const agentTexts = userAgents.map((text) => Buffer.from(jsonText(text)));
const roomNames: Readonly<Record<RoomKind, Uint8Array>> = {
  chat_space: Buffer.from('Chat'),
  'course.lesson': Buffer.from('Lesson discussion'),
  direct: Buffer.from('Direct messages'),
  group: Buffer.from('Group'),
  live_stream: Buffer.from('Live chat'),
};

const rule = template<Scene>`{"id":${({ subject }) => 9001 + subject},"frequency":"weekly","occurrences":${({ subject }) => 4 + (subject % 9)}}`;

/** How each payload object that the reference knows is written, fields in its order. */
const objects: Readonly<Record<string, Write<Scene>>> = {
  initiator: (out, { world: { people }, actor, name }) => {
    out.raw(name === 'community_member.email_changed' ? people.jsonAfterEmailChange(actor) : people.json(actor));
  },
  chat_room_message: template`{"type":"ChatRoomMessage","chat_room_id":${roomId},"id":${({ n }) => 90_000_000 + n}}`,
  chat_room: template`{"type":"ChatRoom","parent_id":${parentOfRoom},"name":"${(scene) => roomNames[roomOf(scene)]} ${({ subject }) => subject + 1}","is_embedded":${isEmbedded},"id":${roomId},"uuid":"${(scene, out) => writeUuid(out, scene.world.seed, PURPOSE.room, roomId(scene))}"}`,
  space_member: template`{"type":"SpaceMember","community_member_id":${actorId},"space_id":${spaceId}}`,
  space: (out, scene) => out.raw(spaceOf(scene).json),
  section: template`{"type":"Section","id":${({ subject }) => 40_001 + (subject % 997) * SECTIONS_PER_COURSE},"space_id":${spaceId}}`,
  lesson: template`{"type":"Lesson","id":${({ subject }) => 50_001 + (subject % LESSONS)}}`,
  posts_event: template`{"type":"PostsEvent","recurring":${({ subject }) => subject % RECURRING_EVERY === 0},"event_type":"${({ subject }) => pick(gatheringTypes, subject)}","community_member_id":${(scene) => memberId(hostOf(scene))},"name":${({ subject }) => pick(gatheringNames, subject)},"record_owner_is_admin":${(scene) => isAdmin(hostOf(scene))},"id":${({ subject }) => 600_001 + subject},"published_at":"${({ world, subject }, out) => writeTime(out, world.community.gatheringPublishedAt(subject), world.times)}","space_id":${spaceId},"slug":"${({ subject }) => pick(gatheringSlugs, subject)}-${({ subject }) => subject}","status":"published"}`,
  posts_basic: template`{"type":"PostsBasic","community_member_id":${(scene) => memberId(authorOf(scene))},"name":${(scene) => pick(topicNames, postOf(scene))},"record_owner_is_admin":${(scene) => isAdmin(authorOf(scene))},"id":${(scene) => postId(postOf(scene))},"published_at":"${(scene, out) => writeTime(out, scene.world.community.publishedAt(postOf(scene)), scene.world.times)}","space_id":${(scene) => discussionSpace(postOf(scene)).id},"slug":"${(scene) => pick(topicSlugs, postOf(scene))}-${postOf}","status":"published"}`,
  comment: template`{"type":"Comment","post_id":${(scene) => postId(postOf(scene))},"community_member_id":${(scene) => memberId(commenterOf(scene))},"record_owner_is_admin":${(scene) => isAdmin(commenterOf(scene))},"id":${({ subject }) => commentId(subject)},"parent_comment_id":${parentCommentId}}`,
  space_group_member: template`{"type":"SpaceGroupMember","community_member_id":${actorId},"space_group_id":${({ subject }) => 1001 + (subject % SPACE_GROUPS)},"id":${({ n }) => 4_000_000 + n}}`,
  member_tag: (out, { subject }) => out.raw(pick(tagObjects, subject)),
  recurring_event_setting: (out, scene) => {
    if (scene.subject % (2 * RECURRING_EVERY) === 0) out.raw(emptyObject);
    else rule(out, scene);
  },
  visit: template`{"id":"${({ world, n }, out) => writeUuid(out, world.seed, PURPOSE.visit, n)}","user_agent":${({ subject }) => pick(agentTexts, subject)},${({ actor }) => pick(placeFields, actor)},"community_member_id":${actorId},"user_id":${({ actor }) => userId(actor)}}`,
};

/** How the payload of an event is written; an object that the sandbox does not know is empty. */
export function payloadWriter(name: string): Write<Scene> {
  const parts = (payloadObjects[name] ?? []).map((object, index) => ({
    key: Buffer.from(`${index === 0 ? '{' : ','}"${object}":`),
    write: objects[object] ?? ((out: ByteWriter) => out.raw(emptyObject)),
  }));
  return (out, scene) => {
    for (const { key, write } of parts) {
      out.raw(key);
      write(out, scene);
    }
    out.raw(parts.length === 0 ? emptyObject : closing);
  };
}

function pick(list: readonly Uint8Array[], n: number): Uint8Array {
  return list[n % list.length] ?? nothing;
}

function writeTime(out: ByteWriter, at: Micros, times: Scene['world']['times']): undefined {
  times.write(out, at, millisStyle);
}

function actorId({ actor }: Scene): number {
  return memberId(actor);
}

function spaceId(scene: Scene): number {
  return spaceOf(scene).id;
}

function isEmbedded(scene: Scene): boolean {
  const kind = roomOf(scene);
  return kind === 'course.lesson' || kind === 'live_stream';
}

function hostOf({ world, subject }: Scene): number {
  return world.community.hostOf(subject);
}

function authorOf(scene: Scene): number {
  return scene.world.community.authorOf(postOf(scene));
}

function commenterOf({ world, subject }: Scene): number {
  return world.community.commenterOf(subject);
}

function parentCommentId({ world, subject }: Scene): number | null {
  const parent = world.community.parentOf(subject);
  return parent === null ? null : commentId(parent);
}

function postId(post: number): number {
  return 1_200_001 + post;
}

function commentId(comment: number): number {
  return 5_500_001 + comment;
}
