import { interleaved } from '../measure/statistics.js';
import { medianOf, syncRun, type SyncRun } from '../measure/sync-run.js';
import { count, seconds, times } from '../report/format.js';
import type { Bench, Findings, Section } from '../report/section.js';
import { loop, tap, titles } from '../subjects/subjects.js';

const subjects = ['raw', 'bare', 'singer', 'airbyte'] as const;
type Subject = (typeof subjects)[number];
const sinks = ['null', 'pipe'] as const;
type Sink = (typeof sinks)[number];

/** Rows a second of both faces beside the bare loop, and beside a client that only reads. */
export const throughput: Section = {
  name: 'throughput',
  title: 'Throughput',
  async measure(bench) {
    const rows = bench.isQuick ? 10_000 : 200_000;
    const rounds = bench.isQuick ? 1 : 7;
    const server = await bench.server(rows);
    const commands = {
      raw: await loop('raw', server.firstPage(), bench.folder),
      bare: await loop('bare', server.firstPage(), bench.folder),
      singer: await tap('singer', server.url, bench.folder),
      airbyte: await tap('airbyte', server.url, bench.folder),
    };
    const names = sinks.flatMap((sink) => subjects.map((subject) => `${subject} ${sink}` as const));
    const runs = await interleaved(names, rounds, async (name) => {
      const [subject, sink] = name.split(' ') as [Subject, Sink];
      const run = await syncRun(server, commands[subject], sink, bench.folder);
      if (run.rowsServed < rows) throw new Error(`${name}: the server sent ${run.rowsServed} rows, not ${rows}`);
      return run;
    });
    return findings(rows, rounds, runs, bench);
  },
};

function findings(
  rows: number,
  rounds: number,
  runs: ReadonlyMap<`${Subject} ${Sink}`, readonly SyncRun[]>,
  bench: Bench,
): Findings {
  const took = (subject: Subject, sink: Sink): number => medianOf(runs.get(`${subject} ${sink}`), (run) => run.seconds);
  const rate = (subject: Subject, sink: Sink): number => rows / took(subject, sink);
  const ratio = (subject: Subject, sink: Sink): number => took('bare', sink) / took(subject, sink);
  const megabytes = medianOf(runs.get('bare null'), ({ bytes }) => bytes) / 1e6;
  const table = sinks.flatMap((sink) =>
    subjects.map((subject) => {
      const of = runs.get(`${subject} ${sink}`);
      const user = (medianOf(of, ({ userSeconds }) => userSeconds) / rows) * 1e6;
      const whole = medianOf(of, ({ wallSeconds }) => wallSeconds);
      return [
        titles[subject],
        sink === 'null' ? '/dev/null' : 'pipe to cat',
        count(rate(subject, sink)),
        count(megabytes / took(subject, sink)),
        times(ratio(subject, sink)),
        seconds(whole),
        seconds(user, 1),
      ];
    }),
  );
  for (const row of table) bench.log(row.join(' | '));
  const limit = Math.min(
    ...sinks.map((sink) => rate('raw', sink) / Math.max(rate('singer', sink), rate('bare', sink))),
  );
  return {
    text: [
      `${count(rows)} rows of ${count((megabytes * 1e6) / rows)} bytes on the average, ${rounds} rounds. Rows a second are ` +
        'from the first request to the end of the process, so that no start-up counts; the whole time is from start to ' +
        'end. MB/s are of bodies as the bare loop gets them. Nothing is compressed, for any client.',
    ],
    goals: [
      ...(['singer', 'airbyte'] as const).flatMap((face) =>
        sinks.map((sink) => ({
          what: `${titles[face]}, rows/s against the bare loop, to ${sink === 'null' ? '/dev/null' : 'a pipe'}`,
          figure: times(ratio(face, sink)),
          wanted: 'at least 1.00x (moonshot 1.50x)',
          reached: ratio(face, sink) >= 1,
        })),
      ),
      {
        what: 'The server is not the limit: rows/s of a client that only reads, against the faster of tap and bare loop',
        figure: times(limit),
        wanted: 'at least 2.00x',
        reached: limit >= 2,
      },
    ],
    tables: [
      {
        columns: ['', 'to', 'rows/s', 'MB/s', 'against the bare loop', 'whole time', 'user CPU a million rows'],
        rows: table,
      },
    ],
    charts: [
      {
        name: 'throughput',
        title: 'Rows a second to a pipe, in thousands',
        alt: `Bars: rows a second of ${subjects
          .slice(1)
          .map((subject) => titles[subject])
          .join(', ')}`,
        kind: 'bars',
        x: 'thousand rows a second',
        y: '',
        points: subjects
          .slice(1)
          .map((subject) => ({ series: titles[subject], x: rate(subject, 'pipe') / 1000, y: 0 })),
      },
    ],
  };
}
