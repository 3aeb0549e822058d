import { formatInstant, parseInstant } from '../../base/instant.js';
import type { JsonValue } from '../../base/json.js';
import { UnmappableError } from './calls.js';

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The `timestamp` of a call: the text of the row where it is ISO 8601 with a zone, else that instant in UTC. The
 * library would send anything, and Segment would then put the time of the sending in its place.
 *
 * @param column its name, for the message
 * @throws UnmappableError where it is no time
 */
export function timestampOf(value: JsonValue | undefined, column: string): string {
  const at = parseInstant(value);
  if (at === null || typeof value !== 'string') throw new UnmappableError(`has no valid time in ${column}`);
  return iso.test(value) ? value : formatInstant(at);
}
