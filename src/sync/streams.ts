import eventsSchema from '../../schemas/events.json' with { type: 'json' };
import visitsSchema from '../../schemas/visits.json' with { type: 'json' };
import type { JsonObject } from '../base/json.js';

/** A stream: everything about it that is not of one protocol. What else a new stream needs, the compiler asks for. */
export interface StreamDefinition {
  readonly name: 'events' | 'visits';
  /** The setting that holds the path of its operation. */
  readonly pathSetting: 'events_path' | 'visits_path';
  readonly schema: JsonObject;
  readonly keyProperties: readonly string[];
  readonly replicationKey: string;
  /** Whether the operation takes event names (the visits operation has only one). */
  readonly filtersByEventName: boolean;
}

export const streams: readonly StreamDefinition[] = [
  {
    name: 'events',
    pathSetting: 'events_path',
    schema: eventsSchema,
    keyProperties: ['id'],
    replicationKey: 'created_at',
    filtersByEventName: true,
  },
  {
    name: 'visits',
    pathSetting: 'visits_path',
    schema: visitsSchema,
    keyProperties: ['id'],
    replicationKey: 'created_at',
    filtersByEventName: false,
  },
];
