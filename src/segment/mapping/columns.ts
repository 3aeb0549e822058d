import { isJsonObject, setOwn, type JsonObject, type JsonValue } from '../../base/json.js';
import { isReserved } from './reserved.js';

/** How the fields of one payload object are named as properties. */
interface Columns {
  /** Stands before the name of each field. */
  readonly prefix: string;
  /** Fields with a name of their own; null for those that go elsewhere. */
  readonly names?: Readonly<Record<string, string | null>>;
}

const author = (what: string): Readonly<Record<string, string>> => ({
  community_member_id: `${what}_author_member_id`,
  record_owner_is_admin: `${what}_author_is_admin`,
});

/**
 * Name of a payload object to its columns. What is not here, since Circle added it later, is named by the same rule:
 * the object's name, then the field's.
 */
const payloadColumns: Readonly<Record<string, Columns>> = {
  chat_room: { prefix: 'chat_room' },
  chat_room_message: { prefix: 'message', names: { chat_room_id: 'chat_room_id' } },
  space: { prefix: 'space' },
  space_member: { prefix: 'space_member', names: { community_member_id: 'joined_member_id', space_id: 'space_id' } },
  space_group_member: {
    prefix: 'space_group_member',
    names: { community_member_id: 'joined_member_id', space_group_id: 'space_group_id' },
  },
  posts_basic: { prefix: 'post', names: author('post') },
  posts_event: { prefix: 'event', names: author('event') },
  comment: {
    prefix: 'comment',
    names: { ...author('comment'), post_id: 'post_id', parent_comment_id: 'parent_comment_id' },
  },
  lesson: { prefix: 'lesson' },
  section: { prefix: 'section' },
  member_tag: { prefix: 'tag' },
  // The place and the user agent of a visit have their own fields in a call's context.
  visit: {
    prefix: 'visit',
    names: {
      id: 'visit_id',
      user_agent: null,
      country: null,
      region: null,
      city: null,
      user_id: 'circle_user_id',
      community_member_id: 'member_id',
    },
  },
};

/** Objects that are sent whole: the reference does not say what is in them. */
const sentWhole: ReadonlySet<string> = new Set(['recurring_event_setting']);
/** The member is in the ids, the context and properties of its own. */
const notHere: ReadonlySet<string> = new Set(['initiator']);

/** Objects about a person: their fields may tell who that is, or where. */
const personal: ReadonlySet<string> = new Set(['visit']);

/**
 * The payload as properties: each object flattened by one level; nulls, and the `type` of objects, left out.
 *
 * @param includeTraits false leaves out the fields about a person that are not known to be harmless
 */
export function putPayload(properties: JsonObject, payload: JsonObject, includeTraits: boolean): void {
  for (const [name, value] of Object.entries(payload)) {
    if (value === undefined || notHere.has(name)) continue;
    if (!isJsonObject(value) || sentWhole.has(name)) put(properties, name, value);
    else putObject(properties, name, value, !includeTraits && personal.has(name));
  }
  const comment = payload['comment'];
  if (isJsonObject(comment) && comment['parent_comment_id'] !== undefined) {
    put(properties, 'is_reply', comment['parent_comment_id'] !== null);
  }
}

/**
 * Sets a property, unless null. A name that is taken by another value, or that a warehouse would drop, gets `payload_`
 * before it: nothing is lost because Circle added a field.
 */
export function put(properties: JsonObject, name: string, value: JsonValue | undefined): void {
  if (value === undefined || value === null) return;
  const isTaken = Object.hasOwn(properties, name) && properties[name] !== value;
  setOwn(properties, isTaken || isReserved(name) ? `payload_${name}` : name, value);
}

function putObject(properties: JsonObject, name: string, object: JsonObject, knownOnly: boolean): void {
  const { prefix, names = {} } = columnsOf(name);
  for (const [field, value] of Object.entries(object)) {
    if (field === 'type' && typeof value === 'string') continue;
    const isKnown = Object.hasOwn(names, field);
    if (knownOnly && !isKnown) continue;
    const own = isKnown ? names[field] : undefined;
    if (own !== null) put(properties, own ?? columnOf(prefix, field), value);
  }
}

function columnsOf(name: string): Columns {
  return (Object.hasOwn(payloadColumns, name) ? payloadColumns[name] : undefined) ?? { prefix: name };
}

/** `space` and `name` are `space_name`; `event` and `event_type` stay `event_type`. */
function columnOf(prefix: string, field: string): string {
  return field.startsWith(`${prefix}_`) ? field : `${prefix}_${field}`;
}
