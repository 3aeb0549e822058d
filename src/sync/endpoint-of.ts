import type { Endpoint } from '../circle/endpoint.js';
import type { Settings } from '../config/settings.js';
import type { StreamDefinition } from './streams.js';

/** The operation that feeds a stream, as the settings have it. */
export function endpointOf(
  { name, pathSetting, filtersByEventName }: StreamDefinition,
  settings: Pick<Settings, 'eventsPath' | 'visitsPath' | 'eventNames'>,
  view: Endpoint['view'],
): Endpoint {
  const paths: Readonly<Record<StreamDefinition['pathSetting'], string>> = {
    events_path: settings.eventsPath,
    visits_path: settings.visitsPath,
  };
  return {
    stream: name,
    path: paths[pathSetting],
    pathSetting,
    eventNames: filtersByEventName ? [...new Set(settings.eventNames)] : [],
    view,
  };
}
