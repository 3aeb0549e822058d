import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleExecutable } from '../../scripts/bundle/executable.js';
import type { Command } from '../measure/run-process.js';
import { interleaved, median } from '../measure/statistics.js';
import { milliseconds, times } from '../report/format.js';
import type { Section } from '../report/section.js';
import { executable, loop, tap } from '../subjects/subjects.js';

const NODE = '`node -e 0`';
const RECORD = 'the first RECORD of a sync';
const ROW = 'the first row of the bare loop';
/** What the executables are not: shown to tell why. */
const IN_ONE_FILE = ', all in one file';
/** What comes with the first row, of commands that are timed until then. */
const firstRow: Readonly<Record<string, string>> = {
  [RECORD]: '{"type":"RECORD"',
  [RECORD + IN_ONE_FILE]: '{"type":"RECORD"',
  [ROW]: '{"id":',
};

/** How long until something is there, beside a Node that does nothing. */
export const startup: Section = {
  name: 'startup',
  title: 'Start-up',
  async measure(bench) {
    const rounds = bench.isQuick ? 2 : 21;
    const server = await bench.server(6000);
    const firstRecord = await tap('singer', server.url, bench.folder);
    await bundleExecutable('tap-circle', bench.folder, true);
    await writeFile(join(bench.folder, 'package.json'), '{"type":"commonjs"}');
    const inOneFile = (args: readonly string[]): Command => ({
      program: process.execPath,
      args: [join(bench.folder, 'tap-circle.js'), ...args],
    });
    const commands: Readonly<Record<string, Command>> = {
      [NODE]: { program: process.execPath, args: ['-e', '0'] },
      '`tap-circle --version`': executable('tap-circle', ['--version']),
      '`tap-circle --help`': executable('tap-circle', ['--help']),
      '`source-circle spec`': executable('source-circle', ['spec']),
      '`tap-circle --discover`': executable('tap-circle', ['--discover']),
      [RECORD]: firstRecord,
      [ROW]: await loop('bare', server.firstPage(), bench.folder),
      [`\`tap-circle --version\`${IN_ONE_FILE}`]: inOneFile(['--version']),
      [RECORD + IN_ONE_FILE]: inOneFile(firstRecord.args.slice(1)),
    };
    const names = Object.keys(commands);
    // Once to the end before the clock runs: files get into the system's memory, and Node's compile cache is filled where
    // it has one.
    for (const command of Object.values(commands)) await untilEnd(command);
    const runs = await interleaved(names, rounds, measure);
    async function measure(name: string): Promise<number> {
      const command = commands[name];
      if (command === undefined) throw new Error(`no command for ${name}`);
      const text = firstRow[name];
      return text === undefined ? await untilEnd(command) : await untilText(command, text);
    }

    const took = (name: string): number => median(runs.get(name) ?? []);
    const ratio = (name: string): number => took(name) / took(NODE);
    const rows = names.map((name) => [name, milliseconds(took(name)), times(ratio(name))]);
    for (const row of rows) bench.log(row.join(' | '));
    const most = (name: string): number => (name === RECORD ? 3 : 2);
    const shownOnly = (name: string): boolean => name === NODE || name === ROW || name.endsWith(IN_ONE_FILE);
    return {
      text: [
        `Medians of ${rounds} rounds, from the start of the process to its end, or to the first RECORD on its pipe; the ` +
          'page that it is on has 2,000 rows. The bare loop shows how much of that is Node’s, the page’s and the request’s.',
        'The lines "all in one file" are of a build that the executables are not, and tell why: Node goes through the whole ' +
          'of a file before it runs any of it.',
      ],
      goals: names
        .filter((name) => !shownOnly(name))
        .map((name) => ({
          what: `${name}, against ${NODE}`,
          figure: times(ratio(name)),
          wanted: `at most ${times(most(name))}`,
          reached: ratio(name) <= most(name),
        })),
      tables: [{ columns: ['', 'time', `against ${NODE}`], rows }],
      charts: [],
    };
  },
};

const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

async function untilEnd({ program, args }: Command): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { env, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  const took = performance.now() - began;
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}`);
  return took;
}

async function untilText({ program, args }: Command, wanted: string): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    text += String(chunk);
    if (!text.includes(wanted)) continue;
    const took = performance.now() - began;
    child.kill('SIGKILL');
    await exited;
    return took;
  }
  throw new Error(`${args.join(' ')} ended without ${wanted}`);
}
