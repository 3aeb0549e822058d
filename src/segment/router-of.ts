import type { Logger } from '../base/logger.js';
import { CircleMapper } from './mapping/circle-mapper.js';
import { circleTable } from './mapping/circle-table.js';
import { IdentifyPolicy } from './mapping/identify-policy.js';
import { readMappingFile, type MappingEntry } from './mapping/mapping-file.js';
import { MessageIds } from './mapping/message-id.js';
import { Router } from './mapping/router.js';
import { StreamMapper } from './mapping/stream-mapper.js';
import { userIdsOf } from './mapping/user-ids.js';
import type { TargetSettings } from './settings.js';

/**
 * Puts the mapping together from the settings and the files that they name.
 *
 * @throws ConfigError where such a file is wrong
 */
export async function routerOf(
  settings: TargetSettings,
  { logger, version }: { readonly logger: Logger; readonly version: string },
): Promise<Router> {
  const warn = (message: string): void => logger.log('warning', message);
  const entries = settings.mappingFile === null ? [] : await readMappingFile(settings.mappingFile, warn);
  const overrides = new Map<string, MappingEntry[]>();
  for (const entry of entries) {
    if (!('circleEvent' in entry.of)) continue;
    const { circleEvent } = entry.of;
    if (!Object.hasOwn(circleTable, circleEvent)) {
      warn(`${entry.label}: Circle's reference has no event of this name; it is used if one comes`);
    }
    overrides.set(circleEvent, [...(overrides.get(circleEvent) ?? []), entry]);
  }
  const ids = new MessageIds(settings.writeKey);
  const circle = new CircleMapper({
    settings,
    userIds: await userIdsOf(settings),
    ids,
    identify: new IdentifyPolicy(settings.identify),
    version,
    overrides,
    warn,
  });
  return new Router({
    entries,
    circle,
    custom: (stream, own) => new StreamMapper({ stream, entries: own, ids, version }),
    warn,
  });
}
