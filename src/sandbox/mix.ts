import { eventNames } from '../circle/event-names.js';
import { below, hash } from './random.js';

/** How often each event happens, against the others. A name that is not here (Circle adds names) happens now and then. */
const weights: Readonly<Record<string, number>> = {
  'chat_space.chat_rooms.created': 2,
  'chat_space.chat_rooms.message.created': 180,
  'community_member.create': 18,
  'community_member.destroy': 5,
  'community_member.email_changed': 3,
  'community_member.joined_community': 16,
  'course.lesson.chat_rooms.created': 2,
  'course.lesson.chat_rooms.message.created': 25,
  'courses.completed': 4,
  'courses.lesson.completed': 70,
  'courses.section.completed': 18,
  'direct_chat_rooms.created': 12,
  'direct_chat_rooms.message.created': 140,
  'event.ended': 6,
  'event.published': 6,
  'event.rsvp': 40,
  'group_chat_rooms.created': 4,
  'group_chat_rooms.message.created': 60,
  'live_event.ended': 3,
  'live_stream.chat_rooms.created': 2,
  'live_stream.chat_rooms.message.created': 30,
  'post.basic.published': 30,
  'post.comment.created': 90,
  'post.comment.liked': 80,
  'post.liked': 130,
  'recurring_event.rsvp': 12,
  'space_groups.joined': 14,
  'space_groups.left': 4,
  'spaces.joined': 45,
  'spaces.left': 12,
  'tagged_member.create': 25,
  'tagged_member.destroy': 6,
};

/** What an import or a bulk action writes in one transaction, so that many rows share one created_at. */
const bulk: ReadonlySet<string> = new Set([
  'community_member.create',
  'space_groups.joined',
  'spaces.joined',
  'tagged_member.create',
  'tagged_member.destroy',
]);

const PURPOSE = 201;
/** Every so many rows each name comes once, whatever its weight: so it does in any history of a few rows too. */
const ROUND = 997;

/** One ticket for each unit of weight, an index into the names. */
const tickets = eventNames.flatMap((name, code) => Array.from({ length: weights[name] ?? 2 }, () => code));
const bulkCodes = eventNames.flatMap((name, code) => (bulk.has(name) ? [code] : []));

/**
 * Which event the n-th row is, as an index into `eventNames`.
 *
 * @param burst the number of the burst that the row belongs to: its rows are of one kind; null for a row of its own
 */
export function nameCodeOf(seed: number, n: number, burst: number | null): number {
  const place = n % ROUND;
  if (place < eventNames.length) return place;
  const choices = burst === null ? tickets : bulkCodes;
  return choices[below(hash(seed, PURPOSE, burst ?? n), choices.length)] ?? 0;
}
