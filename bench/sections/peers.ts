import { join } from 'node:path';
import { idsOfOutput } from '../measure/ids-of-output.js';
import type { Command } from '../measure/run-process.js';
import { interleaved } from '../measure/statistics.js';
import { medianOf, syncRun, type SyncRun } from '../measure/sync-run.js';
import { count, megabytes, seconds, times } from '../report/format.js';
import type { Findings, Section } from '../report/section.js';
import { loop, peer, tap, titles } from '../subjects/subjects.js';

const peers = ['meltano-sdk', 'meltano-sdk-msgspec', 'airbyte-low-code', 'dlt'] as const;
const names = ['bare', 'singer', 'airbyte', ...peers] as const;
type Name = (typeof names)[number];

/** Both faces beside the shortest honest connectors on other people's frameworks; all have to bring the same rows. */
export const peersSection: Section = {
  name: 'peers',
  title: 'Other connectors',
  async measure(bench) {
    const rows = bench.isQuick ? 6000 : 100_000;
    const rounds = bench.isQuick ? 1 : 3;
    const { folder } = bench;
    const server = await bench.server(rows);
    const commands: Record<Name, Command> = {
      bare: await loop('bare', server.firstPage(), folder),
      singer: await tap('singer', server.url, folder),
      airbyte: await tap('airbyte', server.url, folder),
      'meltano-sdk': await peer('meltano-sdk', server.url, folder),
      'meltano-sdk-msgspec': await peer('meltano-sdk-msgspec', server.url, folder),
      'airbyte-low-code': await peer('airbyte-low-code', server.url, folder),
      dlt: await peer('dlt', server.url, folder),
    };
    const hashes = new Map<Name, string>();
    for (const name of names) {
      const file = join(folder, 'rows.jsonl');
      await syncRun(server, commands[name], { file }, folder);
      const ids = await idsOfOutput(file);
      if (ids.rows !== rows || ids.distinct !== rows) {
        throw new Error(`${name} brought ${ids.rows} rows with ${ids.distinct} ids, not ${rows}`);
      }
      hashes.set(name, ids.hash);
    }
    const hash = hashes.get('bare') ?? '';
    const others = [...hashes].filter(([, of]) => of !== hash).map(([name]) => name);
    if (others.length > 0) throw new Error(`not the same rows as the bare loop: ${others.join(', ')}`);
    bench.log(`all ${names.length} brought the same ${rows} rows, ${hash.slice(0, 12)}`);
    const runs = await interleaved(names, rounds, async (name) => syncRun(server, commands[name], 'null', folder));
    return findings(rows, rounds, hash, runs);
  },
};

function findings(rows: number, rounds: number, hash: string, runs: ReadonlyMap<Name, readonly SyncRun[]>): Findings {
  const rate = (name: Name): number => rows / medianOf(runs.get(name), (run) => run.seconds);
  const best = Math.max(...peers.map(rate));
  const table = names.map((name) => [
    titles[name],
    count(rate(name)),
    times(rate('singer') / rate(name)),
    seconds(medianOf(runs.get(name), (run) => run.wallSeconds)),
    seconds((medianOf(runs.get(name), (run) => run.userSeconds) / rows) * 1e6, 1),
    megabytes(medianOf(runs.get(name), (run) => run.peakMegabytes)),
  ]);
  return {
    text: [
      `${count(rows)} rows to /dev/null, ${rounds} rounds. Before that, each wrote its rows to a file: the same ids, each ` +
        `once; the SHA-256 of the sorted ids is \`${hash.slice(0, 16)}...\` for all. Rows a second leave start-up out, ` +
        'which is in favour of the peers.',
      'The peers are in `bench/peers`: each is the shortest honest connector on its framework, follows pages one after ' +
        'another, and has its framework’s defaults. The dlt source prints its rows, which is extraction alone: a dlt ' +
        'pipeline would normalize and load next. The tap on the Meltano SDK parses each page once, where following the ' +
        'SDK’s guide would parse it twice.',
    ],
    goals: (['singer', 'airbyte'] as const).map((face) => ({
      what: `${titles[face]}, rows/s against the best peer`,
      figure: times(rate(face) / best),
      wanted: 'at least 3.00x',
      reached: rate(face) >= 3 * best,
    })),
    tables: [
      {
        columns: ['', 'rows/s', 'tap-circle (Singer) is', 'whole time', 'user CPU a million rows', 'peak memory'],
        rows: table,
      },
    ],
    charts: [
      {
        name: 'peers',
        title: 'Rows a second to /dev/null, in thousands',
        alt: `Bars: rows a second of ${names.map((name) => titles[name]).join(', ')}`,
        kind: 'bars',
        x: 'thousand rows a second',
        y: '',
        points: names.map((name) => ({ series: titles[name], x: rate(name) / 1000, y: 0 })),
      },
    ],
  };
}
