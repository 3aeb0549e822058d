import { TOKEN } from '../measure/bench-server.js';
import { syncRun } from '../measure/sync-run.js';
import { count, seconds } from '../report/format.js';
import type { Section } from '../report/section.js';
import { tap } from '../subjects/subjects.js';

/** Circle's own limit, as it is documented. */
const PER_MINUTE = 600;

/** At a server that refuses what is too fast, with the pacing set to its very limit. */
export const pace: Section = {
  name: 'pace',
  title: 'At the pace limit',
  async measure(bench) {
    const perMinute = bench.isQuick ? 20 : PER_MINUTE;
    // A tenth more pages than a minute allows, so that the second minute is entered.
    const perPage = 20;
    const server = await bench.server(Math.round(perMinute * 1.1) * (perPage - 3));
    await server.mode({ perMinute: 3 });
    const statuses: number[] = [];
    for (let asked = 0; asked < 4; asked++) {
      const answer = await fetch(server.firstPage(1), { headers: { Authorization: `Bearer ${TOKEN}` } });
      statuses.push(answer.status);
    }
    if (statuses.join() !== '200,200,200,429') throw new Error(`the server's limit does not work: ${statuses.join()}`);

    const settings = { page_size: perPage, requests_per_minute: perMinute, max_concurrency: 16 };
    const command = await tap('singer', server.url, bench.folder, settings);
    const run = await syncRun(server, command, 'null', bench.folder, { perMinute });
    bench.log(`${run.requests} requests in ${run.seconds.toFixed(1)} s, ${run.refused} refused`);
    return {
      text: [
        `The server answers 429 to what exceeds ${perMinute} requests in any 60 seconds; \`requests_per_minute\` is ` +
          `${perMinute}, \`max_concurrency\` 16. The sync took ${count(run.requests)} requests and ` +
          `${seconds(run.seconds, 1)}; ${run.refused} were refused.`,
      ],
      goals: [
        {
          what: `429s at the pace limit, in ${count(run.requests)} requests`,
          figure: String(run.refused),
          wanted: '0',
          reached: run.refused === 0 && run.requests > perMinute,
        },
      ],
      tables: [],
      charts: [],
    };
  },
};
