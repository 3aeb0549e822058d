import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readCpuProfiles, type Stack } from '../measure/cpu-profile.js';
import { syncRun } from '../measure/sync-run.js';
import { count, seconds } from '../report/format.js';
import type { Section } from '../report/section.js';
import { buildVariant } from '../subjects/build-variant.js';
import { tap } from '../subjects/subjects.js';

/** What work a function is part of; the first pattern that its module and name (`module name`) match. */
const groups: readonly (readonly [RegExp, string])[] = [
  [/\(garbage collector\)$/, 'garbage collection'],
  [/\(idle\)$/, 'waiting for the server or the sink'],
  [/^src\/circle\/answer\.ts (parse\d*)$|^ parse$/, 'JSON.parse'],
  [/^node:buffer (slice|toString|utf8Slice|latin1Slice)$|^ (utf8Slice|latin1Slice)$/, 'UTF-8 to strings'],
  [/^src\/circle\/(scan-page|row-scanner|usual-time|column-bytes|row-offsets)\.ts/, 'reading rows in the bytes'],
  [
    / (isPlainText|isCleanUtf8|isUtf8|indexOf\w*)$|^src\/base\/json-text\.ts/,
    'looking for text that cannot leave as it is',
  ],
  [/^src\/generated\/|^src\/sync\/row-view\.ts/, 'checking rows against the schema'],
  [/^src\/base\/instant\.ts|^src\/circle\/sighting\.ts/, 'timestamps and order'],
  [/^src\/sync\/(cursor|sent-ids|bookmark)\.ts/, 'which rows were sent: cursor and state'],
  [
    /^src\/io\/output\.ts|^node:(fs|tty|net) .*[wW]rite|^ write(v|Buffer|Utf8String|Latin1String|String)$/,
    'writing to stdout',
  ],
  [/^src\/(io\/line-block|singer|airbyte)/, 'messages'],
  [/^src\/circle\/(page-reader|answer|row-notes|text-column)\.ts/, 'reading pages, the rest'],
  [/[zZ]lib|gunzip/, 'gunzip'],
  [
    /^node:(_http|internal\/streams|net|stream|internal\/stream)|^(axios|follow-redirects)|^src\/circle\/(transport|client|body-pool)/,
    'socket, HTTP and axios',
  ],
  [/^node:internal\/(modules|bootstrap|main)|^node:vm|\(program\)$/, 'loading modules, and V8 itself'],
  [/^src\//, 'the rest of src'],
];

/** Where the time of the tap goes. */
export const profile: Section = {
  name: 'profile',
  title: 'Where the time goes',
  async measure(bench) {
    const { folder, isQuick } = bench;
    const rows = isQuick ? 6000 : 200_000;
    const profiles = join(folder, 'profiles');
    await mkdir(profiles);
    const built = await buildVariant('src/cli/tap-circle.ts', join(folder, 'build'));
    const source = await bench.server(rows);
    const { program, args } = await tap('singer', source.url, folder);
    const ownArgs = ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${profiles}`, built];
    const run = await syncRun(source, { program, args: [...ownArgs, ...args.slice(1)] }, 'null', folder);
    const stacks = await readCpuProfiles(profiles);
    const all = stacks.reduce((sum, stack) => sum + stack.seconds, 0);
    const share = (spent: number): string => `${((spent / all) * 100).toFixed(1)} %`;
    const table = [...spentBy(stacks)]
      .sort(([, a], [, b]) => b - a)
      .map(([name, spent]) => [name, seconds(spent), share(spent)]);
    const [[next = '', , part = ''] = []] = table.filter(([name]) => !name?.startsWith('waiting'));
    const rest = ownTime(stacks).slice(0, 12);
    for (const row of table) bench.log(row.join(' | '));
    return {
      text: [
        `\`node --cpu-prof\` on the tap (Singer face, default settings, readable names), ${count(rows)} rows to /dev/null, ` +
          `${seconds(run.wallSeconds)} in all. The first table puts each sample into the group of the function that it fell ` +
          'into, or of the nearest caller that has a group (what is inlined counts where it is inlined); ' +
          'the second lists single functions by their own time.',
        `Waiting is in the table, too. The next limit is ${next}, with ${part} of the samples.`,
      ],
      goals: [],
      tables: [
        { columns: ['group', 'time', 'share'], rows: table },
        {
          columns: ['function', 'own time', 'share'],
          rows: rest.map(([name, spent]) => [`\`${name}\``, seconds(spent), share(spent)]),
        },
      ],
      charts: [],
    };
  },
};

/** Own time by group: that of the function, or else of the nearest caller that has one. */
function spentBy(stacks: readonly Stack[]): Map<string, number> {
  const spent = new Map<string, number>();
  for (const { places, seconds: took } of stacks) {
    if (took === 0) continue;
    const titles = places.map(({ name, module }) => `${module} ${name}`);
    const found = titles.flatMap((title) => groups.find(([pattern]) => pattern.test(title)) ?? [])[1];
    const name = typeof found === 'string' ? found : 'all else';
    spent.set(name, (spent.get(name) ?? 0) + took);
  }
  return spent;
}

function ownTime(stacks: readonly Stack[]): [string, number][] {
  const spent = new Map<string, number>();
  for (const { places, seconds: took } of stacks) {
    const { name = '', module = '' } = places[0] ?? {};
    const title = `${name === '' ? '(anonymous)' : name}${module === '' ? '' : ` in ${module}`}`;
    spent.set(title, (spent.get(title) ?? 0) + took);
  }
  return [...spent].sort(([, a], [, b]) => b - a);
}
