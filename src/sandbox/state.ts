import { ByteWriter } from './byte-writer.js';
import { Clock } from './clock.js';
import { Faults } from './faults.js';
import { Journal, type Stats } from './journal.js';
import type { Micros } from './micros.js';
import type { Settings } from './settings.js';
import { PageCache } from './page-cache.js';
import { People } from './people.js';
import type { StreamName } from './rows.js';
import { StreamStore } from './stream-store.js';

const FEWEST_MEMBERS = 30;
const MOST_MEMBERS = 40_000;
const EVENTS_PER_MEMBER = 40;

/** All that a running sandbox knows; a reset makes it anew. */
export class State {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly cache: PageCache;
  readonly writer = new ByteWriter();
  journal: Journal;
  private stores: Readonly<Record<StreamName, StreamStore>>;

  constructor(settings: Settings) {
    this.settings = settings;
    this.clock = new Clock(settings.clock);
    this.faults = new Faults(settings.faults, settings.faultSeed);
    this.cache = new PageCache(settings.pageCacheMb * 2 ** 20);
    this.journal = new Journal(settings.logSize);
    this.stores = makeStores(settings);
  }

  /** A stream's rows, with everything done that is due by now. */
  store(stream: StreamName, now: Micros = this.clock.now()): StreamStore {
    const store = this.stores[stream];
    store.settle(now, this.journal.ofStream[stream]);
    return store;
  }

  /** As after the start: added rows are gone, removed ones are back, counts are zero, the first faults apply. */
  reset(): void {
    const { connections } = this.journal;
    this.journal = new Journal(this.settings.logSize);
    this.journal.connections = connections;
    this.faults.set(this.settings.faults, this.settings.faultSeed);
    this.faults.struck.clear();
    this.cache.clear();
    this.stores = makeStores(this.settings);
  }

  stats(): Stats {
    const { requests, rows, bytes, rowsVisited, inFlight, maxInFlight, connections, byStatus } = this.journal;
    const visible = (stream: StreamName): number => {
      const now = this.clock.now();
      return this.store(stream, now).timeline.countUpTo(now);
    };
    return {
      ...{ requests, rows, bytes, rowsVisited, inFlight, maxInFlight, connections, byStatus: { ...byStatus } },
      faults: Object.fromEntries(this.faults.struck),
      visible: { events: visible('events'), visits: visible('visits') },
    };
  }
}

function makeStores(settings: Settings): Readonly<Record<StreamName, StreamStore>> {
  const { seed, events, start, end, tieOrder } = settings;
  const members = Math.min(MOST_MEMBERS, Math.max(FEWEST_MEMBERS, Math.floor(events / EVENTS_PER_MEMBER)));
  const people = new People(seed);
  const make = (stream: StreamName): StreamStore =>
    new StreamStore({ stream, seed, rows: settings[stream], members, start, end }, people, tieOrder);
  return { events: make('events'), visits: make('visits') };
}
