import { roomKindOf, type Community, type RoomKind } from './community.js';
import type { People } from './people.js';
import { anySpace, chatSpace, courseSpace, discussionSpace, eventSpace, type Space } from './places.js';
import type { TimeWriter } from './time-writer.js';

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

const roomIdStep: Readonly<Record<RoomKind, number>> = {
  chat_space: 1,
  'course.lesson': 2,
  direct: 3,
  group: 4,
  live_stream: 5,
};

/** Where the event takes place. */
export function spaceOf(scene: Scene): Space {
  const { name, subject } = scene;
  if (roomKindOf(name) === 'chat_space') return chatSpace(subject);
  if (name.startsWith('courses.')) return courseSpace(subject);
  if (name.startsWith('post.')) return discussionSpace(postOf(scene));
  if (name.includes('event.')) return eventSpace(subject);
  return anySpace(subject);
}

/** The post that the event is about. */
export function postOf({ name, subject, world }: Scene): number {
  return name.startsWith('post.comment.') ? world.community.postOf(subject) : subject;
}

/** The kind of chat room that the event is about. */
export function roomOf({ name }: Scene): RoomKind {
  return roomKindOf(name) ?? 'direct';
}

/** The id of that room: a room of each kind has its own. */
export function roomId(scene: Scene): number {
  return 800_000 + scene.subject * 8 + roomIdStep[roomOf(scene)];
}

/** What a chat room belongs to: its space, or a lesson or post. */
export function parentOfRoom(scene: Scene): number {
  return roomOf(scene) === 'chat_space' ? chatSpace(scene.subject).id : 700_001 + scene.subject;
}
