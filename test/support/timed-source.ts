import type { Endpoint, PageQuery } from '../../src/circle/endpoint.js';
import type { FetchedPage, PageSource } from '../../src/circle/page-source.js';
import { idsOf } from '../../src/circle/sighting.js';
import { Walk } from '../../src/circle/walk.js';
import { ModelApi, type ModelApiOptions } from './model-api.js';
import { Timeline } from './model-timeline.js';

export interface TimedWalk {
  readonly api: ModelApiOptions;
  readonly perPage: number;
  readonly width: number;
  /** How long the answer to a request takes, the first being 1. */
  readonly latency: (request: number) => number;
  /** How long the reader takes for a page. */
  readonly reading?: number;
}

/** What a server saw of a walk, and its reader. */
export interface WalkSeen {
  readonly ids: readonly string[];
  readonly time: number;
  readonly requests: number;
  /** Requests under way at once. */
  readonly mostUnderWay: number;
  /** Pages under way, waiting, or being read. */
  readonly mostHeld: number;
  readonly deepestPage: number;
  /** Rows before and on the pages that were asked for: what a server with OFFSET has to visit. */
  readonly visited: number;
}

const endpoint: Endpoint = {
  stream: 'events',
  path: '/events',
  pathSetting: 'events_path',
  eventNames: [],
  view: { check: null, apply: null, readsLetters: false, names: false, guide: null },
};

/** Walks a model's rows in a time of their own, and counts on the server's side. */
export async function timedWalk({ api, perPage, width, latency, reading = 0 }: TimedWalk): Promise<WalkSeen> {
  const model = new ModelApi(api);
  const timeline = new Timeline();
  const queries: PageQuery[] = [];
  const held = new Set<number>();
  let underWay = 0;
  let mostUnderWay = 0;
  let mostHeld = 0;
  const numbers = new Map<FetchedPage, number>();
  const client: PageSource = {
    async page(of: Endpoint, query: PageQuery, signal: AbortSignal): Promise<FetchedPage> {
      const number = queries.push(query);
      held.add(number);
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      mostHeld = Math.max(mostHeld, held.size);
      await timeline.sleep(latency(number));
      underWay--;
      const fetched = await model.page(of, query, signal);
      numbers.set(fetched, number);
      return fetched;
    },
    follow: async (of, url, signal) => model.follow(of, url, signal),
    release(fetched: FetchedPage): void {
      held.delete(numbers.get(fetched) ?? 0);
    },
  };
  const logger = { log: () => undefined, metric: () => undefined };
  const { signal } = new AbortController();
  const walk = new Walk({ client, endpoint, perPage, width, from: null, logger, signal });
  const ids = new Set<string>();
  let time = 0;
  const read = async (): Promise<void> => {
    for await (const page of walk.pages()) {
      if (reading > 0) await timeline.sleep(reading);
      for (const id of idsOf(page)) ids.add(id);
      client.release(page.fetched);
      time = timeline.now;
    }
  };
  await timeline.run(read());
  return {
    ids: [...ids],
    time,
    requests: queries.length,
    mostUnderWay,
    mostHeld,
    deepestPage: Math.max(...queries.map(({ page }) => page)),
    visited: queries.reduce((sum, { page, perPage: size }) => sum + page * size, 0),
  };
}
