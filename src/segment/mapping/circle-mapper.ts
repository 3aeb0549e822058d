import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.js';
import type { TargetSettings } from '../settings.js';
import { UnmappableError, type Call, type CommonFields, type Identity } from './calls.js';
import { circleTable, nameInWords, type CircleMapping } from './circle-table.js';
import { put, putPayload } from './columns.js';
import { customCall } from './custom-call.js';
import type { IdentifyPolicy } from './identify-policy.js';
import type { Mapper, Row } from './mapper.js';
import type { MappingEntry } from './mapping-file.js';
import { Member } from './member.js';
import type { MessageIds } from './message-id.js';
import { timestampOf } from './timestamp.js';
import type { UserIds } from './user-ids.js';

export interface CircleMapperOptions {
  readonly settings: Pick<TargetSettings, 'communityGroupId' | 'includeTraits' | 'unknownEvents' | 'systemEvents'>;
  readonly userIds: UserIds;
  readonly ids: MessageIds;
  readonly identify: IdentifyPolicy;
  /** Of this program. */
  readonly version: string;
  /** What the mapping file says, by the name of the event. */
  readonly overrides: ReadonlyMap<string, readonly MappingEntry[]>;
  /** Told once of each event that the table does not have. */
  readonly warn: (message: string) => void;
}

/** One event on its way: what all of its calls share. */
interface Event {
  readonly id: string;
  readonly name: string;
  readonly record: JsonObject;
  readonly payload: JsonObject;
  readonly mapping: CircleMapping;
  readonly member: Member;
  readonly identity: Identity;
  readonly timestamp: string;
}

/** Unknown names that are remembered, to warn of each once. */
const MOST_WARNINGS = 100;

/** Makes calls of Circle's events, by the table; the name of the event decides, not that of the stream. */
export class CircleMapper implements Mapper {
  private readonly options: CircleMapperOptions;
  private readonly warned = new Set<string>();

  constructor(options: CircleMapperOptions) {
    this.options = options;
  }

  calls({ record }: Row): readonly Call[] {
    const { overrides, settings, userIds } = this.options;
    const { id, name } = record;
    if (typeof id !== 'string' || id === '') throw new UnmappableError('has no id');
    if (typeof name !== 'string' || name === '') throw new UnmappableError('has no name of an event');
    const entries = overrides.get(name) ?? [];
    if (entries.some(({ call }) => call === 'drop')) return [];
    const mapping = this.mappingOf(name, entries);
    if (mapping === null) return [];
    const payload = isJsonObject(record['payload']) ? record['payload'] : {};
    const member = new Member(payload);
    if (settings.systemEvents === 'skip' && !member.isKnown(userIds)) return [];
    const identity = member.identity(userIds);
    const timestamp = timestampOf(record['triggered_at'], 'triggered_at');
    const event: Event = { id, name, record, payload, mapping, member, identity, timestamp };
    // First the main call: where it cannot be made, the traits must not count as sent.
    const main = this.main(event, entries);
    return [...this.identify(event), ...this.group(event), ...main];
  }

  /** @returns null where the event is to be skipped */
  private mappingOf(name: string, entries: readonly MappingEntry[]): CircleMapping | null {
    const known = Object.hasOwn(circleTable, name) ? circleTable[name] : undefined;
    if (known !== undefined) return known;
    const { settings, warn } = this.options;
    const track = nameInWords(name);
    if (entries.length === 0) {
      if (settings.unknownEvents === 'fail' || track === '') {
        throw new UnmappableError(
          `is the event ${name}, which the mapping does not have (unknown_events, mapping_file)`,
        );
      }
      const what = settings.unknownEvents === 'skip' ? 'is skipped' : `is sent as "${track}"`;
      if (!this.warned.has(name) && this.warned.size < MOST_WARNINGS) {
        this.warned.add(name);
        warn(`The mapping does not have Circle's event ${name}: it ${what} (unknown_events)`);
      }
      if (settings.unknownEvents === 'skip') return null;
    }
    return { track: track === '' ? name : track };
  }

  private identify(event: Event): Call[] {
    const { identify, userIds } = this.options;
    const { member, identity } = event;
    if (!member.isKnown(userIds)) return [];
    const traits = { ...this.personal(member), ...member.circleTraits() };
    if (Object.keys(traits).length === 0) return [];
    const who = `${identity.userId ?? ''} ${identity.anonymousId ?? ''}`;
    if (!identify.wants(who, traits, event.mapping.identify === true)) return [];
    // A row of the past must not move the time at which the user was last seen.
    return [{ type: 'identify', traits, ...this.common(event, 'identify', { active: false }) }];
  }

  private group(event: Event): Call[] {
    const { communityGroupId } = this.options.settings;
    if (communityGroupId === null || event.mapping.group !== true) return [];
    return [{ type: 'group', groupId: communityGroupId, traits: {}, ...this.common(event, 'group') }];
  }

  private main(event: Event, entries: readonly MappingEntry[]): Call[] {
    const { track } = event.mapping;
    if (entries.length === 0) {
      return [{ type: 'track', event: track, properties: this.properties(event), ...this.common(event, '') }];
    }
    const { member, identity, timestamp } = event;
    return entries
      .map((entry, index) => {
        const { messageId, context } = this.common(event, index === 0 ? '' : String(index + 1));
        return customCall(entry, event.record, {
          identity,
          timestamp,
          messageId,
          context,
          event: track,
          properties: () => this.properties(event),
          traits: () => ({ ...this.personal(member), ...member.circleTraits() }),
        });
      })
      .filter((call) => call !== null);
  }

  private common(event: Event, call: string, more: JsonObject = {}): CommonFields {
    const { settings, ids, version } = this.options;
    const { identity, timestamp, member, payload } = event;
    const traits = this.personal(member);
    return {
      ...identity,
      timestamp,
      messageId: ids.ofCircleEvent(event.id, call),
      // A new object for each call: the library writes into it.
      context: {
        integration: { name: 'circle', version },
        channel: 'server',
        ...(settings.communityGroupId !== null && { groupId: settings.communityGroupId }),
        ...(Object.keys(traits).length > 0 && { traits }),
        ...(settings.includeTraits && placeOf(payload['visit'])),
        ...more,
      },
    };
  }

  private personal(member: Member): JsonObject {
    return this.options.settings.includeTraits ? member.personalTraits() : {};
  }

  private properties({ id, name, record, payload, mapping, member }: Event): JsonObject {
    const properties: JsonObject = { circle_event_id: id, circle_event_name: name };
    for (const [key, value] of Object.entries(record)) {
      if (key === 'version') put(properties, 'circle_event_version', value);
      else if (!['id', 'name', 'triggered_at', 'payload'].includes(key)) put(properties, `circle_${key}`, value);
    }
    const { userIds, settings } = this.options;
    if (!member.isKnown(userIds)) put(properties, 'actor', mapping.system === true ? 'system' : 'unknown');
    const { includeTraits } = settings;
    member.putProperties(properties, includeTraits);
    for (const [key, value] of Object.entries(mapping.also ?? {})) put(properties, key, value);
    putPayload(properties, payload, includeTraits);
    return properties;
  }
}

/** Where a visit came from, in the fields that a call's context has for it. */
function placeOf(visit: JsonValue | undefined): JsonObject {
  if (!isJsonObject(visit)) return {};
  const { user_agent: userAgent, country, region, city } = visit;
  const location = Object.fromEntries(
    Object.entries({ country, region, city }).filter(([, value]) => typeof value === 'string' && value !== ''),
  );
  return {
    ...(typeof userAgent === 'string' && userAgent !== '' && { userAgent }),
    ...(Object.keys(location).length > 0 && { location }),
  };
}
