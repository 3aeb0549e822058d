import { interleaved } from '../measure/statistics.js';
import { medianOf, syncRun } from '../measure/sync-run.js';
import type { Sink } from '../measure/run-process.js';
import { count, megabytes, percentMore } from '../report/format.js';
import type { Section } from '../report/section.js';
import { tap, type Face } from '../subjects/subjects.js';

interface Case {
  readonly face: Face;
  readonly rows: number;
  readonly sink: Sink;
}

const SLOW = { bytesPerSecond: 15_000_000 };

/** Peak memory of the process, with few and many rows, and with a reader that is slow. */
export const memory: Section = {
  name: 'memory',
  title: 'Memory',
  async measure(bench) {
    const [few, many, slow] = bench.isQuick ? [3000, 6000, 3000] : [100_000, 1_000_000, 200_000];
    const rounds = bench.isQuick ? 1 : 3;
    const server = await bench.server(many);
    const cases: Readonly<Record<string, Case>> = {
      'Singer few': { face: 'singer', rows: few, sink: 'pipe' },
      'Singer many': { face: 'singer', rows: many, sink: 'pipe' },
      'Singer slow': { face: 'singer', rows: slow, sink: SLOW },
      'Airbyte few': { face: 'airbyte', rows: few, sink: 'pipe' },
      'Airbyte many': { face: 'airbyte', rows: many, sink: 'pipe' },
    };
    const runs = await interleaved(Object.keys(cases), rounds, async (name) => {
      const { face, rows, sink } = cases[name] ?? { face: 'singer', rows: few, sink: 'null' };
      const command = await tap(face, server.url, bench.folder);
      return await syncRun(server, command, sink, bench.folder, { visible: rows });
    });
    const peak = (name: string): number => medianOf(runs.get(name), (run) => run.peakMegabytes);
    const table = Object.entries(cases).map(([name, { face, rows, sink }]) => [
      face === 'singer' ? 'Singer' : 'Airbyte',
      count(rows),
      sink === SLOW ? `${SLOW.bytesPerSecond / 1e6} MB/s` : 'a pipe to cat',
      megabytes(peak(name)),
      percentMore(peak(name) / peak(`${face === 'singer' ? 'Singer' : 'Airbyte'} few`)),
    ]);
    for (const row of table) bench.log(row.join(' | '));
    return {
      text: [
        `VmHWM, the most memory that the process ever held, ${rounds} rounds. The slow reader takes ` +
          `${SLOW.bytesPerSecond / 1e6} MB a second.`,
      ],
      goals: [
        ...(['Singer', 'Airbyte'] as const).flatMap((face) => [
          {
            what: `${face} face, peak at ${count(many)} rows against ${count(few)}`,
            figure: percentMore(peak(`${face} many`) / peak(`${face} few`)),
            wanted: 'at most +15 %',
            reached: peak(`${face} many`) <= 1.15 * peak(`${face} few`),
          },
          {
            what: `${face} face, peak at ${count(many)} rows`,
            figure: megabytes(peak(`${face} many`)),
            wanted: 'below 130 MB',
            reached: peak(`${face} many`) < 130,
          },
        ]),
        {
          what: 'Peak with a slow reader against a fast one',
          figure: percentMore(peak('Singer slow') / peak('Singer few')),
          wanted: 'at most +15 %',
          reached: peak('Singer slow') <= 1.15 * peak('Singer few'),
        },
      ],
      tables: [{ columns: ['face', 'rows', 'reader', 'peak', 'against the first'], rows: table }],
      charts: [],
    };
  },
};
