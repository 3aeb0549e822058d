import { ConfigError } from '../../base/errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';
import { readJsonFile } from '../../config/json-file.js';
import type { TargetSettings } from '../settings.js';
import { textOf } from './member.js';

/** How the `userId` of a member is found. */
export interface UserIds {
  /**
   * @param id the member's id
   * @param fields of the member, as far as the event has them
   * @returns null where there is none: the call then has an anonymousId alone
   */
  of(id: string | null, fields: JsonObject): string | null;
}

/**
 * The way that `user_id_from` names.
 *
 * @throws ConfigError where the map file cannot be read or holds something else than ids
 */
export async function userIdsOf(settings: TargetSettings): Promise<UserIds> {
  switch (settings.userIdFrom) {
    case 'public_uid':
      return { of: (_id, fields) => textOf(fields['public_uid']) };
    case 'email':
      return { of: (_id, fields) => textOf(fields['email']) };
    case 'id':
      return { of: (id) => (id === null ? null : `circle_${id}`) };
    case 'none':
      return { of: () => null };
    case 'map_file': {
      const path = settings.userIdMapFile ?? '';
      const ids = mapOf(path, await readJsonFile(path, 'user id map'));
      return { of: (id) => (id === null ? null : (ids.get(id) ?? null)) };
    }
  }
}

function mapOf(path: string, content: JsonValue): Map<string, string> {
  if (!isJsonObject(content)) throw new ConfigError(`${path}: the user id map must be one JSON object`);
  const ids = new Map<string, string>();
  for (const [member, value] of Object.entries(content)) {
    const userId = textOf(value);
    if (userId === null) throw new ConfigError(`${path}: the user id of member ${member} must be text or a number`);
    ids.set(member, userId);
  }
  return ids;
}
