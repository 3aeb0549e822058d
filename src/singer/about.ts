import type { About } from '../config/about.js';
import { settingsSchema } from '../config/settings.js';

/** What `tap-circle --about` tells. */
export const aboutTap: About = {
  name: 'tap-circle',
  description:
    'Singer tap and Airbyte source for the Circle Data API: every event and member visit of a Circle community.',
  capabilities: [
    'catalog',
    'discover',
    'state',
    'about',
    'test',
    'schema-flattening',
    'activate-version',
    'structured-logging',
  ],
  settings: settingsSchema,
};
