import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';
import type { Identity } from './calls.js';
import { put } from './columns.js';
import type { UserIds } from './user-ids.js';

/** The anonymous user that stands for events which no member did. */
const SYSTEM_ID = 'circle:system';

/** The member of a Circle event, as far as the payload tells. */
export class Member {
  /** The `initiator`; empty where there is none. */
  private readonly fields: JsonObject;
  /** The id that recurs wherever a payload names a member; null where nobody is named. */
  readonly id: string | null;

  constructor(payload: JsonObject) {
    const { initiator, visit } = payload;
    this.fields = isJsonObject(initiator) ? initiator : {};
    this.id = textOf(this.fields['id']) ?? (isJsonObject(visit) ? textOf(visit['community_member_id']) : null);
  }

  /**
   * The ids of a call. The `anonymousId` is there wherever the member's id is, so that a later change of `user_id_from`
   * does not tear a person in two. The bare number is never a `userId`, where it would meet a customer's own user 17;
   * and the system's id never stands beside a `userId`, since Segment would make one person of all those.
   */
  identity(userIds: UserIds): Identity {
    const userId = userIds.of(this.id, this.fields);
    if (this.id === null) return userId === null ? { anonymousId: SYSTEM_ID } : { userId };
    const anonymousId = `circle:${this.id}`;
    return userId === null ? { anonymousId } : { userId, anonymousId };
  }

  /** Whether anybody is named at all. */
  isKnown(userIds: UserIds): boolean {
    return this.id !== null || userIds.of(this.id, this.fields) !== null;
  }

  /** Name and address under Segment's own names of traits: they tell who a person is. */
  personalTraits(): JsonObject {
    const { email, first_name: firstName, last_name: lastName, name } = this.fields;
    return withoutNulls({ email, firstName, lastName, name });
  }

  /** What Circle alone knows of the member: ids and roles. */
  circleTraits(): JsonObject {
    const { id, public_uid: publicUid, is_admin: isAdmin, is_moderator: isModerator } = this.fields;
    return withoutNulls({
      circle_member_id: id,
      circle_public_uid: publicUid,
      circle_is_admin: isAdmin,
      circle_is_moderator: isModerator,
    });
  }

  /**
   * The same as properties of a track call.
   *
   * @param includeTraits also the fields that Circle added since, which may tell who a person is
   */
  putProperties(properties: JsonObject, includeTraits: boolean): void {
    put(properties, 'member_id', this.fields['id']);
    put(properties, 'member_public_uid', this.fields['public_uid']);
    put(properties, 'is_admin', this.fields['is_admin']);
    put(properties, 'is_moderator', this.fields['is_moderator']);
    if (!includeTraits) return;
    const known = ['type', 'id', 'public_uid', 'is_admin', 'is_moderator', 'email', 'first_name', 'last_name', 'name'];
    for (const [field, value] of Object.entries(this.fields)) {
      if (!known.includes(field)) put(properties, `member_${field}`, value);
    }
  }
}

/** Text and numbers as the text of an id; null for anything else and for what is empty. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function withoutNulls(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
