import { join } from 'node:path';
import { DepthSandbox } from '../measure/depth-sandbox.js';
import { idsOfOutput } from '../measure/ids-of-output.js';
import { runProcess } from '../measure/run-process.js';
import { count, seconds, times } from '../report/format.js';
import type { Bench, ChartPoint, Section } from '../report/section.js';
import { loop, tap, titles } from '../subjects/subjects.js';

/** What a history costs a server whose pages cost their depth, as databases do with OFFSET. */
export const depth: Section = {
  name: 'depth',
  title: 'The cost of depth',
  async measure(bench) {
    const sizes = bench.isQuick ? [3000, 12_000, 24_000] : [100_000, 400_000, 1_600_000];
    const table: string[][] = [];
    const points: ChartPoint[] = [];
    const visited: number[] = [];
    const took: number[] = [];
    for (const [place, size] of sizes.entries()) {
      // The largest would take the bare loop half an hour: every page visits all rows before it.
      for (const subject of place < 2 ? (['singer', 'bare'] as const) : (['singer'] as const)) {
        const cost = await walk(subject, size, bench);
        if (subject === 'singer') {
          visited.push(cost.visited / size);
          took.push(cost.seconds / size);
        }
        points.push({ series: titles[subject], x: size, y: cost.visited / size });
        table.push([
          titles[subject],
          count(size),
          count(cost.visited),
          (cost.visited / size).toFixed(2),
          seconds(cost.seconds, 1),
          count(size / cost.seconds),
        ]);
        bench.log(table.at(-1)?.join(' | ') ?? '');
      }
    }
    const growth = (of: readonly number[]): number => (of.at(-1) ?? NaN) / (of[0] ?? NaN);
    const ties = await tieGroup(bench);
    bench.log(`tie group: ${ties.came} of ${ties.all}`);
    return {
      text: [
        'The sandbox with `--depth-cost`, in a process of its own, visits each row before a page to find it. What it ' +
          'visits for each row that comes tells whether the work grows with the rows or with their square. Time is that of ' +
          'the whole process; the sandbox makes its rows while it is asked, so rows a second are its own here.',
        `Besides, ${count(ties.ties)} rows that share one \`created_at\`, ten pages of them, stood in a history of ` +
          `${count(ties.all)}: ${count(ties.came)} rows came, each once, ${count(ties.tiesCame)} of the group.`,
      ],
      goals: [
        {
          what: `Rows that the server visits for each row, at ${count(sizes.at(-1) ?? 0)} rows against ${count(sizes[0] ?? 0)}`,
          figure: times(growth(visited)),
          wanted: 'at most 1.25x (in proportion to the rows)',
          reached: growth(visited) <= 1.25,
        },
        {
          what: `Time for each row, at ${count(sizes.at(-1) ?? 0)} rows against ${count(sizes[0] ?? 0)}`,
          figure: times(growth(took)),
          wanted: 'at most 1.25x',
          reached: growth(took) <= 1.25,
        },
        {
          what: `A group of ${count(ties.ties)} equal timestamps comes through whole`,
          figure: `${count(ties.tiesCame)} rows`,
          wanted: count(ties.ties),
          reached: ties.tiesCame === ties.ties && ties.came === ties.all,
        },
      ],
      tables: [{ columns: ['', 'rows', 'rows visited by the server', 'for each row', 'time', 'rows/s'], rows: table }],
      charts: [
        {
          name: 'depth',
          title: 'Rows that the server visits for each row that comes',
          alt: 'Lines: flat for tap-circle up to the largest history, rising in proportion to the history for the bare loop',
          kind: 'lines',
          x: 'rows in the history',
          y: 'rows visited for each row',
          points,
        },
      ],
    };
  },
};

async function walk(
  subject: 'singer' | 'bare',
  rows: number,
  { folder }: Bench,
): Promise<{ readonly visited: number; readonly seconds: number }> {
  const sandbox = await DepthSandbox.start(rows);
  try {
    const page = `${sandbox.url}/api/data/v1/events?sort=oldest&per_page=2000`;
    const command =
      subject === 'bare'
        ? await loop('bare', page, folder, sandbox.token)
        : await tap('singer', sandbox.url, folder, { api_token: sandbox.token });
    const { startedAt, endedAt } = await runProcess(command, 'null', folder);
    return { visited: await sandbox.rowsVisited(), seconds: (endedAt - startedAt) / 1000 };
  } finally {
    await sandbox.close();
  }
}

interface Ties {
  readonly ties: number;
  readonly tiesCame: number;
  readonly all: number;
  readonly came: number;
}

async function tieGroup({ folder, isQuick }: Bench): Promise<Ties> {
  const before = 10_000;
  const ties = isQuick ? 5000 : 20_000;
  const sandbox = await DepthSandbox.start(before);
  try {
    const ids = new Set(await sandbox.addTies(ties, '2026-04-01T12:00:00.123456Z'));
    const file = join(folder, 'rows.jsonl');
    const settings = { api_token: sandbox.token, page_size: isQuick ? 500 : 2000 };
    await runProcess(await tap('singer', sandbox.url, folder, settings), { file }, folder);
    const { inOrder, distinct } = await idsOfOutput(file);
    if (inOrder.length !== distinct) throw new Error(`${inOrder.length - distinct} rows came twice`);
    const tiesCame = inOrder.filter((id) => ids.has(id)).length;
    return { ties, tiesCame, all: before + ties, came: inOrder.length };
  } finally {
    await sandbox.close();
  }
}
