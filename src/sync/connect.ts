import type { Logger } from '../base/logger.js';
import { CircleClient, type ClientObserver } from '../circle/client.js';
import type { Settings } from '../config/settings.js';
import { pagesAtOnce } from './pages-at-once.js';
import type { StreamStats } from './stats.js';

export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Name and version of this program, for the User-Agent. */
  readonly version: string;
}

/** A client as the settings want it, that counts requests and retries for the streams. */
export function connect(
  settings: Settings,
  around: Surroundings,
  statsOf: (stream: string) => StreamStats | undefined,
  observer: ClientObserver = {},
): CircleClient {
  return new CircleClient(
    {
      baseUrl: settings.baseUrl,
      token: settings.apiToken,
      authScheme: settings.authScheme,
      requestsPerMinute: settings.requestsPerMinute,
      requestTimeoutMs: settings.requestTimeoutSeconds * 1000,
      maxRetryMs: settings.maxRetrySeconds * 1000,
      maxRequests: pagesAtOnce(settings),
      userAgent: settings.userAgent ?? `tap-circle/${around.version}`,
    },
    {
      logger: around.logger,
      now: around.now,
      random: around.random,
      observer: {
        answered: (endpoint, status, millis) => {
          const stats = statsOf(endpoint.stream);
          if (stats !== undefined) stats.requests++;
          observer.answered?.(endpoint, status, millis);
        },
        retrying: (endpoint, waitMs, rateLimited) => {
          const stats = statsOf(endpoint.stream);
          if (stats !== undefined) stats.retries++;
          observer.retrying?.(endpoint, waitMs, rateLimited);
        },
      },
    },
  );
}
