import type { Server } from 'node:http';
import { addRows, deleteRows, type Absence, type RowsToAdd } from './control-rows.js';
import type { Faults } from './faults.js';
import type { RequestEntry, Stats } from './journal.js';
import { startLive } from './live.js';
import { formatMicros, type Micros } from './micros.js';
import type { SandboxOptions } from './options.js';
import { RateLimit } from './rate-limit.js';
import type { StreamName } from './rows.js';
import { makeServer } from './server.js';
import { settingsOf } from './settings.js';
import { State } from './state.js';

/** A row that is visible: what a sync has to bring. */
export interface TrueRow {
  readonly id: string;
  readonly name: string;
  /** Microseconds since 1970 (UTC), exact: that by which the server sorts. */
  readonly createdMicros: Micros;
  /** The same as text, UTC with six digits. */
  readonly created: string;
  /** The row's JSON, as it is served. */
  readonly text: string;
}

/** A running sandbox. */
export interface Sandbox {
  /** Its origin, to use as `base_url`. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** The last requests to the API, oldest first. */
  readonly requests: readonly RequestEntry[];
  readonly stats: Stats;
  /** Which faults strike: `set` replaces the rules, `clear` ends all, `struck` counts. */
  readonly faults: Faults;
  /** Adds rows and answers their ids. @throws InvalidInput */
  addRows(rows: RowsToAdd): string[];
  /** Takes rows out of sight and answers the ids of those that there are. @throws InvalidInput */
  deleteRows(ids: readonly string[], absence?: Absence): string[];
  /** All rows of a stream that are visible now, oldest first. */
  rows(stream: StreamName): Generator<TrueRow, void>;
  /** As after the start. */
  reset(): void;
  /** Ends all connections and the server. */
  close(): Promise<void>;
}

/**
 * Starts a local server that answers like Circle's Data API, with generated data.
 *
 * @throws RangeError or InvalidInput where an option is wrong; the system's error where the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = settingsOf(options);
  const state = new State(settings);
  const closing = new AbortController();
  const server = makeServer(state, new RateLimit(settings.requestsPerMinute), closing.signal);
  const port = await listen(server, settings.port, settings.host);
  const stopLive = settings.live === null ? undefined : startLive(state, settings.live);
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    port,
    token: settings.token,
    get requests() {
      return state.journal.entries;
    },
    get stats() {
      return state.stats();
    },
    faults: state.faults,
    addRows: (rows) => addRows(state, rows),
    deleteRows: (ids, absence = {}) => deleteRows(state, { ids, ...absence }),
    rows: (stream) => trueRows(state, stream),
    reset: () => state.reset(),
    close: async () => {
      stopLive?.();
      closing.abort(new Error('the sandbox is closed'));
      await closeServer(server);
    },
  };
}

function* trueRows(state: State, stream: StreamName): Generator<TrueRow, void> {
  const now = state.clock.now();
  const store = state.store(stream, now);
  for (const n of store.visible(now)) {
    const createdMicros = store.rows.created(n);
    const created = formatMicros(createdMicros);
    yield { id: store.rows.id(n), name: store.rows.name(n), createdMicros, created, text: store.rows.text(n) };
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
