import { join } from 'node:path';
import { idsOfOutput } from '../measure/ids-of-output.js';
import type { BenchServer } from '../measure/bench-server.js';
import { medianOf, syncRun, type SyncRun } from '../measure/sync-run.js';
import { seconds, times } from '../report/format.js';
import type { Bench, Findings, Section } from '../report/section.js';
import { loop, tap } from '../subjects/subjects.js';

const PAGES = 50;
const servers = {
  'each answer after 300 ms': [300, 300],
  'each after 100 to 500 ms, by chance: pages come out of order': [100, 500],
} as const;
const concurrencies = [4, 8, 16];

interface Sync {
  readonly run: SyncRun;
  readonly inOrder: boolean;
}

/** How much of the time that a server takes is hidden by asking ahead. */
export const latency: Section = {
  name: 'latency',
  title: 'Latency hidden',
  async measure(bench) {
    const perPage = 200;
    const rounds = 7;
    const server = await bench.server(PAGES * perPage);
    const { order } = await sync(server, bench, { perPage, latencyMs: [0, 0], concurrency: 1 });
    const rows: string[][] = [];
    const goals: Findings['goals'][number][] = [];
    for (const [name, latencyMs] of Object.entries(servers)) {
      const oneByOne = await loop('bare', server.firstPage(perPage), bench.folder);
      const bare = await syncRun(server, oneByOne, 'null', bench.folder, { latencyMs });
      rows.push([name, 'bare loop, one after another', String(bare.requests), seconds(bare.seconds), '1.00x', '']);
      for (const concurrency of concurrencies) {
        const syncs: Sync[] = [];
        for (let round = 0; round < rounds; round++) {
          const { run, order: came } = await sync(server, bench, { perPage, latencyMs, concurrency });
          syncs.push({ run, inOrder: came === order });
        }
        const took = medianOf(syncs, ({ run }) => run.seconds);
        const inOrder = syncs.every((of) => of.inOrder);
        const isDefault = concurrency === 4;
        const title = `max_concurrency ${concurrency}${isDefault ? ' (default)' : ''}`;
        const requests = medianOf(syncs, ({ run }) => run.requests);
        rows.push([name, title, String(requests), seconds(took), times(took / bare.seconds), inOrder ? 'yes' : 'NO']);
        bench.log(
          `${name}, ${title}: ${took.toFixed(2)} s of ${bare.seconds.toFixed(2)} s, in order: ${String(inOrder)}`,
        );
        if (!isDefault) continue;
        goals.push({
          what: `${PAGES} pages, ${name}: time against one after another, rows in order`,
          figure: `${times(took / bare.seconds)}${inOrder ? '' : ', NOT in order'}`,
          wanted: 'at most 0.25x, in order',
          reached: took / bare.seconds <= 0.25 && inOrder,
        });
      }
    }
    const columns = ['the server', 'client', 'requests', 'time', 'against one after another', 'rows in order'];
    return {
      text: [
        `${PAGES} pages of ${perPage} rows, ${rounds} rounds. The order of rows is compared with that of a sync without ` +
          'latency, one page at a time.',
      ],
      goals,
      tables: [{ columns, rows }],
      charts: [],
    };
  },
};

interface How {
  readonly perPage: number;
  readonly latencyMs: readonly [number, number];
  readonly concurrency: number;
}

async function sync(
  server: BenchServer,
  { folder }: Bench,
  { perPage, latencyMs, concurrency }: How,
): Promise<{ readonly run: SyncRun; readonly order: string }> {
  const settings = { page_size: perPage, max_concurrency: concurrency };
  const file = join(folder, 'rows.jsonl');
  const command = await tap('singer', server.url, folder, settings);
  const run = await syncRun(server, command, { file }, folder, { latencyMs });
  const { inOrder } = await idsOfOutput(file);
  if (inOrder.length !== server.rows) throw new Error(`${inOrder.length} rows came, not ${server.rows}`);
  return { run, order: inOrder.join() };
}
