import { ConnectorError, messageOf, stackOf, WaitError } from '../base/errors.js';
import type { Settings } from '../config/settings.js';
import { connect, type Surroundings } from '../sync/connect.js';
import { endpointOf } from '../sync/endpoint-of.js';
import { streams, type StreamDefinition } from '../sync/streams.js';

/** An answer is wanted soon, also from a server that has none: check has about nine minutes, a person far fewer. */
const RETRY_SECONDS = 10;
const REQUEST_TIMEOUT_SECONDS = 10;
const DEADLINE_MS = 30_000;
/** Nothing but that there are rows. */
const view = { check: null, apply: null, readsLetters: false, names: false, guide: null };

/**
 * Tries the connection: one request of one row for each stream, since a token may read one stream and not the other.
 *
 * @returns what is wrong and what to do about it, for people; null where all is well
 * @throws what is no fault of the settings or of the API; the signal's reason where it was aborted
 */
export async function complaintOfConnection(
  settings: Settings,
  around: Surroundings,
  signal: AbortSignal,
): Promise<string | null> {
  const brief: Settings = {
    ...settings,
    maxRetrySeconds: Math.min(settings.maxRetrySeconds, RETRY_SECONDS),
    requestTimeoutSeconds: Math.min(settings.requestTimeoutSeconds, REQUEST_TIMEOUT_SECONDS),
    // Two requests need no pace; one a minute, say, would only make this wait.
    requestsPerMinute: 0,
  };
  const client = connect(brief, around, () => undefined);
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const either = AbortSignal.any([signal, deadline]);
  const attempt = async (stream: StreamDefinition): Promise<Failure[]> => {
    try {
      const endpoint = endpointOf(stream, brief, view);
      await client.page(endpoint, { page: 1, perPage: 1 }, either);
      return [];
    } catch (error) {
      signal.throwIfAborted();
      around.logger.log('debug', stackOf(error), stream.name);
      if (error instanceof ConnectorError) return [{ stream: stream.name, error }];
      if (!deadline.aborted) throw error;
      const message = `No whole answer within ${DEADLINE_MS / 1000} seconds. Check base_url and the network`;
      return [{ stream: stream.name, error: new WaitError(message) }];
    }
  };
  try {
    const failures = (await Promise.all(streams.map(attempt))).flat();
    return failures.length === 0 ? null : told(failures);
  } finally {
    client.close();
  }
}

interface Failure {
  readonly stream: string;
  readonly error: ConnectorError;
}

/** What is the same for all streams is said once. */
function told(failures: readonly Failure[]): string {
  const byMessage = new Map<string, Failure[]>();
  for (const failure of failures) {
    const same = byMessage.get(failure.error.message) ?? [];
    byMessage.set(failure.error.message, [...same, failure]);
  }
  const lines = [...byMessage.values()].map((same) => {
    return `${same.map(({ stream }) => stream).join(' and ')}: ${messageOf(same[0]?.error)}`;
  });
  return lines.join('\n');
}
