import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readCpuProfile, type Stack } from '../measure/cpu-profile.js';
import { syncRun } from '../measure/sync-run.js';
import { count, seconds } from '../report/format.js';
import type { Section } from '../report/section.js';
import { buildVariant } from '../subjects/build-variant.js';
import { tap } from '../subjects/subjects.js';

interface Group {
  readonly name: string;
  readonly has: (name: string, url: string) => boolean;
}

/** The first group that a function, or else the function that called it, is in. */
const groups: readonly Group[] = [
  { name: 'garbage collection', has: (name) => name === '(garbage collector)' },
  { name: 'waiting for the server or the sink', has: (name) => name === '(idle)' },
  {
    name: 'writing to stdout',
    has: (name) => /^(write(v|Buffer|Utf8String|Latin1String)?|writeGeneric|writevGeneric)$/.test(name),
  },
  { name: 'JSON.parse', has: (name, url) => name === 'parse' && !url.startsWith('node:') },
  {
    name: 'UTF-8 to strings',
    has: (name) => /^(utf8Slice|latin1Slice|toString|utf8ToString|decodeUTF8|decode)$/.test(name),
  },
  { name: 'finding rows in the bytes (row-offsets)', has: (name) => /^(rowOffsets|grown|isEventsKey)$/.test(name) },
  { name: 'looking for text that cannot leave as it is', has: (name) => /^(isPlain|isUtf8)$/.test(name) },
  { name: 'checking rows against the schema', has: (name) => /^validate\d*$|^check$|^complaintOf$/.test(name) },
  { name: 'instants and order (sighting)', has: (name) => /[iI]nstant|[sS]ighting|minusSeconds/.test(name) },
  {
    name: 'cursor: sent before, bounds',
    has: (name) => /^(SentIds|Cursor|sentBefore|has|add|note|meet|decide)$/.test(name),
  },
  {
    name: 'messages (line-block, sink)',
    has: (name) => /^(LineBlock|rows|line|lineOf|append|copy|recordLine|utf8Write)$/.test(name),
  },
  { name: 'gunzip', has: (name) => /[zZ]lib|processCallback|[gG]unzip/.test(name) },
  {
    name: 'socket, HTTP parser, axios',
    has: (name, url) =>
      /^node:(_http|net|internal\/(stream|http|streams))/.test(url) ||
      /^(onStreamRead|parserOnBody|axios|dispatchHttpRequest)$/.test(name),
  },
  { name: 'loading and start', has: (_, url) => /^node:internal\/(modules|bootstrap)/.test(url) },
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
    const stacks = await readCpuProfile(profiles);
    const all = stacks.reduce((sum, stack) => sum + stack.seconds, 0);
    const share = (spent: number): string => `${((spent / all) * 100).toFixed(1)} %`;
    const table = [...spentBy(stacks)]
      .sort(([, a], [, b]) => b - a)
      .map(([name, spent]) => [name, seconds(spent), share(spent)]);
    const rest = ownTime(stacks).slice(0, 12);
    for (const row of table) bench.log(row.join(' | '));
    return {
      text: [
        `\`node --cpu-prof\` on the tap (Singer face, default settings, readable names), ${count(rows)} rows to /dev/null, ` +
          `${seconds(run.wallSeconds)} in all. The first table puts each sample into the group of the function that it fell ` +
          'into, or of the nearest caller that has a group; the second lists single functions by their own time.',
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

function spentBy(stacks: readonly Stack[]): Map<string, number> {
  const spent = new Map<string, number>();
  for (const { functions, seconds: took } of stacks) {
    if (took === 0) continue;
    const group = functions.flatMap(({ name, url }) => groups.find(({ has }) => has(name, url)) ?? [])[0];
    const name = group?.name ?? 'the rest';
    spent.set(name, (spent.get(name) ?? 0) + took);
  }
  return spent;
}

function ownTime(stacks: readonly Stack[]): [string, number][] {
  const spent = new Map<string, number>();
  for (const { functions, seconds: took } of stacks) {
    const { name = '', url = '' } = functions[0] ?? {};
    const title = `${name === '' ? '(anonymous)' : name}${url.startsWith('node:') ? ` (${url})` : ''}`;
    spent.set(title, (spent.get(title) ?? 0) + took);
  }
  return [...spent].sort(([, a], [, b]) => b - a);
}
