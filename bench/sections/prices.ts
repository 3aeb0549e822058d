import type { JsonObject } from '../../src/base/json.js';
import type { Mode } from '../server/mode.js';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../measure/run-process.js';
import { interleaved } from '../measure/statistics.js';
import { medianOf, syncRun } from '../measure/sync-run.js';
import { count, percentMore, seconds } from '../report/format.js';
import type { Section } from '../report/section.js';
import { tap } from '../subjects/subjects.js';

interface Variant {
  readonly settings: JsonObject;
  readonly without?: string;
  readonly mode?: Partial<Mode>;
}

const off = { validate_records: 'off' };
const BASE = 'all of these off';

/** What each setting costs, each on alone. */
const variants: Readonly<Record<string, Variant>> = {
  [BASE]: { settings: off },
  'validation (`validate_records: warn`, the default)': { settings: { validate_records: 'warn' } },
  'flattening (`flattening_enabled`)': { settings: { ...off, flattening_enabled: true } },
  'selection (`payload.initiator.email` off)': { settings: off, without: 'payload.initiator.email' },
  'hashing (`hash_fields: [payload.initiator.email]`)': {
    settings: { ...off, hash_fields: ['payload.initiator.email'], hash_salt: 'salt' },
  },
  '`log_format: json`': { settings: { ...off, log_format: 'json' } },
  'answers compressed with gzip': { settings: off, mode: { gzip: true } },
};

export const prices: Section = {
  name: 'prices',
  title: 'The price of each setting',
  async measure(bench) {
    const rows = bench.isQuick ? 6000 : 100_000;
    const rounds = bench.isQuick ? 1 : 7;
    const server = await bench.server(rows);
    const commands = new Map<string, Command>();
    for (const [index, [name, { settings, without, mode }]] of Object.entries(variants).entries()) {
      const folder = join(bench.folder, String(index));
      await mkdir(folder);
      const command = await tap('singer', server.url, folder, settings, without);
      commands.set(name, command);
      // Pages are compressed when they are asked for first: not while the clock runs.
      if (mode !== undefined) await syncRun(server, command, 'null', bench.folder, mode);
    }
    const names = [...commands.keys()];
    const runs = await interleaved(names, rounds, async (name) => {
      const command = commands.get(name);
      if (command === undefined) throw new Error(`no command for ${name}`);
      return await syncRun(server, command, 'null', bench.folder, variants[name]?.mode);
    });
    const user = (name: string): number => medianOf(runs.get(name), (run) => run.userSeconds);
    const took = (name: string): number => medianOf(runs.get(name), (run) => run.seconds);
    const table = names.map((name) => [
      name,
      count(rows / took(name)),
      name === BASE ? '' : percentMore(took(name) / took(BASE)),
      seconds((user(name) / rows) * 1e6, 1),
      name === BASE ? '' : percentMore(user(name) / user(BASE)),
    ]);
    for (const row of table) bench.log(row.join(' | '));
    return {
      text: [
        `Singer face, ${count(rows)} rows to /dev/null, ${rounds} rounds; each setting on alone. A record whose text ` +
          'changes (flattening, selection, hashing) has to be printed anew; all others leave as the bytes that came.',
      ],
      goals: [],
      tables: [{ columns: ['', 'rows/s', 'time', 'user CPU a million rows', 'user CPU'], rows: table }],
      charts: [
        {
          name: 'prices',
          title: 'User CPU seconds a million rows, each setting on alone',
          alt: 'Bars: user CPU seconds for a million rows with each setting on alone',
          kind: 'bars',
          x: 'seconds',
          y: '',
          points: names.map((name) => ({
            series: name.replaceAll('`', '').replace(/ \(.*/, ''),
            x: (user(name) / rows) * 1e6,
            y: 0,
          })),
        },
      ],
    };
  },
};
