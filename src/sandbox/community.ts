import { eventNames } from '../circle/event-names.js';
import { Column } from './column.js';
import { MICROS_PER_DAY, MICROS_PER_SECOND, type Micros } from './micros.js';
import { below, hash, unit } from './random.js';

/** Who did something, and to what: numbers from which the row's objects are made when it is asked for. */
export interface Part {
  readonly actor: number;
  readonly subject: number;
}

const roomKinds = ['chat_space', 'course.lesson', 'direct', 'group', 'live_stream'] as const;
export type RoomKind = (typeof roomKinds)[number];

const prefixes: Readonly<Record<RoomKind, string>> = {
  chat_space: 'chat_space.',
  'course.lesson': 'course.lesson.',
  direct: 'direct_chat_rooms.',
  group: 'group_chat_rooms.',
  live_stream: 'live_stream.',
};
const kindOfName: ReadonlyMap<string, RoomKind> = new Map(
  roomKinds.flatMap((kind) =>
    eventNames.filter((name) => name.startsWith(prefixes[kind])).map((name): [string, RoomKind] => [name, kind]),
  ),
);

const PURPOSE = { actor: 401, subject: 402, author: 403, parent: 404 } as const;
const FIRST_POSTS = 20;
const FIRST_COMMENTS = 12;
const FIRST_GATHERINGS = 8;
const FIRST_ROOMS = 5;
/** Every so many gatherings one is recurring. */
export const RECURRING_EVERY = 4;

/**
 * What exists in the community so far, as counts and a few numbers a post or comment: so a comment answers a post that
 * was there before it, and a like meets its comment. Rows play their parts in the order of time.
 */
export class Community {
  private readonly seed: number;
  private members: number;
  private readonly published: Column;
  private readonly lastComment: Column;
  private readonly commentPost: Column;
  private readonly commentParent: Column;
  private readonly gatheringPublished: Column;
  private readonly rooms: Record<RoomKind, number>;

  /** @param members how many there are before the history begins */
  constructor(seed: number, members: number, start: Micros) {
    this.seed = seed;
    this.members = members;
    this.published = new Column('float64', FIRST_POSTS);
    this.lastComment = new Column('uint32', FIRST_POSTS);
    this.commentPost = new Column('uint32', FIRST_COMMENTS);
    this.commentParent = new Column('uint32', FIRST_COMMENTS);
    this.gatheringPublished = new Column('float64', FIRST_GATHERINGS);
    this.rooms = { chat_space: 0, 'course.lesson': 0, direct: 0, group: 0, live_stream: 0 };
    for (const kind of roomKinds) this.rooms[kind] = FIRST_ROOMS;
    for (let n = FIRST_POSTS; n > 0; n--) this.addPost(start - n * MICROS_PER_DAY);
    for (let n = 0; n < FIRST_COMMENTS; n++) this.addComment(n % FIRST_POSTS, n);
    for (let n = FIRST_GATHERINGS; n > 0; n--) this.gatheringPublished.push(start - n * 3 * MICROS_PER_DAY);
  }

  /** The part of the n-th row. */
  play(name: string, n: number, at: Micros): Part {
    const actor = this.someMember(hash(this.seed, PURPOSE.actor, n));
    const bits = hash(this.seed, PURPOSE.subject, n);
    const room = roomKindOf(name);
    if (room !== null) {
      if (!name.endsWith('.message.created')) this.rooms[room]++;
      return {
        actor,
        subject: name.endsWith('.message.created') ? recent(bits, this.rooms[room], 40) : this.rooms[room] - 1,
      };
    }
    switch (name) {
      case 'community_member.create':
        return { actor: this.members++, subject: 0 };
      case 'post.basic.published':
        this.addPost(at - MICROS_PER_SECOND);
        return { actor: this.authorOf(this.published.length - 1), subject: this.published.length - 1 };
      case 'post.liked':
        return { actor, subject: recent(bits, this.published.length, 200) };
      case 'post.comment.created':
        this.addComment(recent(bits, this.published.length, 60), n);
        return { actor: this.commenterOf(this.commentPost.length - 1), subject: this.commentPost.length - 1 };
      case 'post.comment.liked':
        return { actor, subject: recent(bits, this.commentPost.length, 300) };
      case 'event.published':
        this.gatheringPublished.push(at - MICROS_PER_SECOND);
        return { actor: this.hostOf(this.gatheringPublished.length - 1), subject: this.gatheringPublished.length - 1 };
      case 'event.ended':
      case 'event.rsvp':
      case 'live_event.ended':
        return { actor, subject: recent(bits, this.gatheringPublished.length, 30) };
      case 'recurring_event.rsvp': {
        const gathering = recent(bits, this.gatheringPublished.length, 30);
        return { actor, subject: gathering - (gathering % RECURRING_EVERY) };
      }
      default:
        return { actor, subject: bits };
    }
  }

  publishedAt(post: number): Micros {
    return this.published.at(post);
  }

  gatheringPublishedAt(gathering: number): Micros {
    return this.gatheringPublished.at(gathering);
  }

  postOf(comment: number): number {
    return this.commentPost.at(comment);
  }

  /** The comment that a comment replies to, null where it answers the post itself. */
  parentOf(comment: number): number | null {
    const parent = this.commentParent.at(comment);
    return parent === 0 ? null : parent - 1;
  }

  /** Authors, commenters and hosts are among the first members, so that nothing needs to be stored. */
  authorOf(post: number): number {
    return hash(this.seed, PURPOSE.author, post) % 20;
  }

  commenterOf(comment: number): number {
    return hash(this.seed, PURPOSE.author + 10, comment) % 25;
  }

  hostOf(gathering: number): number {
    return hash(this.seed, PURPOSE.author + 20, gathering) % 8;
  }

  /** A few members do most of it. */
  private someMember(bits: number): number {
    const x = unit(bits);
    return Math.floor(x * x * this.members);
  }

  private addPost(published: Micros): void {
    this.published.push(published);
    this.lastComment.push(0);
  }

  private addComment(post: number, n: number): void {
    const isReply = hash(this.seed, PURPOSE.parent, n) % 5 < 2;
    this.commentParent.push(isReply ? this.lastComment.at(post) : 0);
    this.commentPost.push(post);
    this.lastComment.set(post, this.commentPost.length);
  }
}

/** Which kind of chat room an event is about; null for other events. */
export function roomKindOf(name: string): RoomKind | null {
  return kindOfName.get(name) ?? null;
}

/** One of the latest things of a kind. */
function recent(bits: number, count: number, window: number): number {
  return count - 1 - below(bits, Math.min(count, window));
}
