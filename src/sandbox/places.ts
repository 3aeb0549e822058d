import { jsonText } from './json-text.js';
import { chatSpaces, courseSpaces, discussionSpaces, eventSpaces } from './vocabulary.js';

/** A space of the community, with its JSON ready. */
export interface Space {
  readonly id: number;
  readonly json: Uint8Array;
}

const FIRST_SPACE_ID = 20_101;

const names = [...discussionSpaces, ...chatSpaces, ...eventSpaces, ...courseSpaces];
const spaces: readonly Space[] = names.map((name, index) => {
  const id = FIRST_SPACE_ID + index * 17;
  return { id, json: Buffer.from(jsonText({ type: 'Space', name, id, slug: slugOf(name) })) };
});

const nowhere: Space = { id: 0, json: Buffer.from('{}') };

const chats = discussionSpaces.length;
const events = chats + chatSpaces.length;
const courses = events + eventSpaces.length;

/** Any space, by a number. */
export function anySpace(n: number): Space {
  return pick(0, spaces.length, n);
}

/** A space for posts. */
export function discussionSpace(n: number): Space {
  return pick(0, discussionSpaces.length, n);
}

export function chatSpace(n: number): Space {
  return pick(chats, chatSpaces.length, n);
}

export function eventSpace(n: number): Space {
  return pick(events, eventSpaces.length, n);
}

/** The space of a course: each course is one. */
export function courseSpace(n: number): Space {
  return pick(courses, courseSpaces.length, n);
}

/** Lower case, ASCII, hyphens: how Circle names things in addresses. */
export function slugOf(name: string): string {
  const ascii = name.normalize('NFD').replace(/[^ -~]/g, '');
  return ascii
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function pick(first: number, count: number, n: number): Space {
  return spaces[first + (n % count)] ?? nowhere;
}
