/** What one kind of Circle event becomes. Its track call has the properties that its payload gives (`columns.ts`). */
export interface CircleMapping {
  /** Name of the track call: a noun and what was done, in Proper Case (Segment's naming rules). */
  readonly track: string;
  /** Whether the member is identified each time, since traits were given or changed. */
  readonly identify?: true;
  /** Whether the member now belongs to the community: a group call, where `community_group_id` is set. */
  readonly group?: true;
  /** Nobody in particular did it: the payload names no member. */
  readonly system?: true;
  /** Properties that the name of the event stands for. */
  readonly also?: Readonly<Record<string, string | boolean>>;
}

/**
 * The mapping: Circle's name to what is sent. Five kinds of chat share two names, since they mean the same and a
 * warehouse makes a table of each name; `chat_room_kind` tells them apart, as `circle_event_name` always does.
 */
export const circleTable: Readonly<Record<string, CircleMapping>> = {
  'chat_space.chat_rooms.created': {
    track: 'Chat Room Created',
    system: true,
    also: { chat_room_kind: 'chat_space' },
  },
  'chat_space.chat_rooms.message.created': { track: 'Chat Message Sent', also: { chat_room_kind: 'chat_space' } },
  'community_member.create': { track: 'Member Created', identify: true, group: true },
  'community_member.destroy': { track: 'Member Deleted' },
  'community_member.email_changed': { track: 'Member Email Changed', identify: true },
  'community_member.joined_community': { track: 'Community Joined', identify: true, group: true },
  'course.lesson.chat_rooms.created': {
    track: 'Chat Room Created',
    system: true,
    also: { chat_room_kind: 'course_lesson' },
  },
  'course.lesson.chat_rooms.message.created': { track: 'Chat Message Sent', also: { chat_room_kind: 'course_lesson' } },
  'courses.completed': { track: 'Course Completed' },
  'courses.lesson.completed': { track: 'Course Lesson Completed' },
  'courses.section.completed': { track: 'Course Section Completed' },
  'direct_chat_rooms.created': { track: 'Chat Room Created', system: true, also: { chat_room_kind: 'direct' } },
  'direct_chat_rooms.message.created': { track: 'Chat Message Sent', also: { chat_room_kind: 'direct' } },
  'event.ended': { track: 'Event Ended' },
  'event.published': { track: 'Event Published' },
  'event.rsvp': { track: 'Event RSVP Submitted', also: { is_recurring_rsvp: false } },
  'group_chat_rooms.created': { track: 'Chat Room Created', system: true, also: { chat_room_kind: 'group' } },
  'group_chat_rooms.message.created': { track: 'Chat Message Sent', also: { chat_room_kind: 'group' } },
  'live_event.ended': { track: 'Live Event Ended' },
  'live_stream.chat_rooms.created': {
    track: 'Chat Room Created',
    system: true,
    also: { chat_room_kind: 'live_stream' },
  },
  'live_stream.chat_rooms.message.created': { track: 'Chat Message Sent', also: { chat_room_kind: 'live_stream' } },
  'post.basic.published': { track: 'Post Published' },
  'post.comment.created': { track: 'Comment Created' },
  'post.comment.liked': { track: 'Comment Liked' },
  'post.liked': { track: 'Post Liked' },
  'recurring_event.rsvp': { track: 'Event RSVP Submitted', also: { is_recurring_rsvp: true } },
  'space_groups.joined': { track: 'Space Group Joined' },
  'space_groups.left': { track: 'Space Group Left' },
  'spaces.joined': { track: 'Space Joined' },
  'spaces.left': { track: 'Space Left' },
  'tagged_member.create': { track: 'Member Tag Added' },
  'tagged_member.destroy': { track: 'Member Tag Removed' },
  'community_member.visit': { track: 'Community Visited' },
};

/** The name of an event that the table does not have, in words: `quiz.submitted` is `Quiz Submitted`. */
export function nameInWords(circleName: string): string {
  return circleName
    .split(/[._\s]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
