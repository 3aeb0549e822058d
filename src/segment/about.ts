import type { About } from '../config/about.js';
import { targetSettingsSchema } from './settings.js';

/** What `target-segment --about` tells. */
export const aboutTarget: About = {
  name: 'target-segment',
  description: 'Singer target for Segment: every row of a tap becomes calls to Segment, and none is lost on the way.',
  capabilities: ['about', 'schema-validation', 'structured-logging', 'dry-run', 'dead-letters'],
  settings: targetSettingsSchema,
};
