import { readJsonFile } from '../config/json-file.js';
import type { Settings } from '../config/settings.js';
import { connect } from '../sync/connect.js';
import type { StreamState } from '../sync/cursor.js';
import { hashedStreams } from '../sync/hashed-streams.js';
import type { SelectedStream } from '../sync/sink.js';
import type { StreamStats } from '../sync/stats.js';
import { sync } from '../sync/sync.js';
import type { AirbyteCommand } from './command.js';
import { readConfiguredCatalog, type ConfiguredStream } from './configured-catalog.js';
import type { AirbyteRun } from './run.js';
import { AirbyteSink } from './sink.js';
import { readState, type StoredStream } from './state.js';

/** How often a long stream tells how far it is. */
const TELL_EVERY_MS = 60_000;

/**
 * Reads the configured streams.
 *
 * @returns the exit code: 0 where every stream was read whole. Runners look at it as much as at the messages
 * @throws ConfigError where a file is wrong as a whole; OutputClosedError where the reader went away
 */
export async function read(
  command: AirbyteCommand & { readonly verb: 'read' },
  settings: Settings,
  run: AirbyteRun,
): Promise<number> {
  const { logger, messages, now, output, signal } = run;
  const catalog = readConfiguredCatalog(command.catalog, await readJsonFile(command.catalog, 'catalog'));
  const stored =
    command.state === undefined
      ? new Map<string, StoredStream>()
      : readState(command.state, await readJsonFile(command.state, 'state'), logger);
  const streams = await hashedStreams(catalog.streams, settings);
  for (const { stream, error } of catalog.refused) {
    await messages.error(error, stream);
    await messages.streamStatus(stream, 'INCOMPLETE');
  }
  const plans = streams.map((stream) => planOf(stream, stored.get(stream.definition.name)));
  const generations = new Map(plans.map(({ stream, generation }) => [stream, generation]));
  const sink = new AirbyteSink({
    output,
    messages,
    now,
    signal,
    generationOf: (stream) => generations.get(stream) ?? null,
  });
  const stats = new Map<string, StreamStats>();
  const client = connect(settings, run, (stream) => stats.get(stream), {
    retrying: ({ stream }, waitMs, rateLimited) => {
      if (rateLimited) sink.rateLimited(stream, waitMs);
    },
  });
  const tell = ({ summary, stream }: StreamStats): void => logger.log('info', summary, stream);
  const timer = setInterval(() => [...stats.values()].slice(-1).forEach(tell), TELL_EVERY_MS).unref();
  try {
    const result = await sync({
      streams: plans.map(({ stream }) => stream),
      states: new Map(plans.flatMap(({ stream, from }) => (from === null ? [] : [[stream.definition.name, from]]))),
      settings,
      client,
      sink,
      logger,
      signal,
      now,
      onStats: (begun) => stats.set(begun.stream, begun),
      onEnd: tell,
    });
    if (result.stopped) logger.log('warning', 'Stopped by a signal: read again with the last state to go on');
    await sink.ended();
    return result.stopped || result.failures.length > 0 || catalog.refused.length > 0 ? 1 : 0;
  } finally {
    clearInterval(timer);
    client.close();
  }
}

/** How a stream is read. */
interface Plan {
  readonly stream: SelectedStream;
  /** null is from the beginning. */
  readonly from: StreamState | null;
  /** Written into the states of a refresh, so that a retry of the same one knows its own. */
  readonly generation: number | null;
}

/**
 * A full refresh begins at the beginning, whatever the state says, unless the state was written by the very same one:
 * the platform keeps a refresh's rows over its retries ("resumable full refresh"), and a row sent again would then be
 * there twice. A runner that does not count refreshes gets every row each time.
 */
function planOf(stream: ConfiguredStream, stored: StoredStream | undefined): Plan {
  const from = stored?.state ?? null;
  if (stream.method === 'INCREMENTAL') return { stream, from, generation: null };
  const { generation } = stream;
  if (generation === null || stored?.generation !== generation) return { stream, from: null, generation };
  return { stream: { ...stream, method: 'INCREMENTAL' }, from, generation };
}
