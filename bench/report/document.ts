import { fileURLToPath } from 'node:url';
import { drawChart } from './charts.js';
import { writeFormatted, type Result, type Results } from './results.js';
import type { Goal, Section, Table } from './section.js';
import { shortfallOf } from './shortfalls.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

/** Writes `docs/benchmarks.md` and its charts from what is known of each section. */
export async function writeDocument(sections: readonly Section[], results: Results): Promise<void> {
  const known = sections.flatMap((section) => {
    const result = results[section.name];
    return result === undefined ? [] : [{ section, result }];
  });
  const parts = [head(known.map(({ result }) => result)), goalsOf(known.flatMap(({ result }) => result.goals))];
  for (const { section, result } of known) {
    const charts = result.charts.map(({ name, title, alt }) => `**${title}**\n\n![${alt}](charts/${name}.svg)`);
    const body = [...result.text, ...result.tables.map(tableOf), ...charts];
    parts.push(`## ${section.title}\n\n${body.join('\n\n')}\n\n${originOf(section, result)}`);
    for (const chart of result.charts) await drawChart(chart, `${docs}charts`);
  }
  await writeFormatted(`${docs}benchmarks.md`, `${parts.join('\n\n')}\n`);
}

/** The goals as a table for a terminal. */
export function goalsAsText(goals: readonly Goal[]): string {
  const width = Math.max(0, ...goals.map(({ what }) => what.length));
  return goals
    .map(
      ({ what, figure, wanted, reached }) =>
        `${reached ? 'ok  ' : 'MISS'} ${what.padEnd(width)}  ${figure} (${wanted})`,
    )
    .join('\n');
}

function head(results: readonly Result[]): string {
  const { machine } = results.at(-1) ?? {};
  const peers = results.find((result) => Object.keys(result.machine.peers).length > 0)?.machine.peers ?? {};
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return `# Benchmarks

Made by \`npm run bench\`; do not edit. Each figure is a median of runs that took turns with those that they are compared
with, in one go, on one machine: the ratios mean more than the figures. \`npm run bench -- --only NAME\` measures one
section again (${results.length} sections; the name is under each); \`npm run bench:quick\` shows in a few minutes that all
of it works, and keeps nothing. It takes Linux, 3 GB of memory, and Python 3.11 for the other connectors
(\`.venv-bench\`, made once; \`BENCH_PYTHON\` names the program).

${machine === undefined ? '' : `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}; Node ${machine.node}; ${versions.join(', ')}.`}

All clients read from one server over loopback HTTP, in a process of its own, that has its rows' JSON ready as bytes
(\`bench/server\`): a page is a slice of them, so the server is not what is measured. The rows are those of
[the sandbox](sandbox.md). The bare loop (\`bench/subjects/bare-loop.ts\`) asks for one page after another over a kept
connection, and does JSON.parse, JSON.stringify of each record and one write a page: no checks, no state, no retries.`;
}

function goalsOf(goals: readonly Goal[]): string {
  const missed = goals.filter(({ reached }) => !reached);
  const rows = goals.map(({ what, figure, wanted, reached }) => [what, figure, wanted, reached ? 'yes' : '**no**']);
  const table = tableOf({ columns: ['What', 'Figure', 'Wanted', 'Reached'], rows });
  if (missed.length === 0) return `## Goals\n\n${table}`;
  const reasons = missed.map(({ what, figure, wanted }) => {
    return `- **${what}**: ${figure}, wanted ${wanted}. ${shortfallOf(what) ?? 'Not explained yet.'}`;
  });
  return `## Goals\n\n${table}\n\nNot reached:\n\n${reasons.join('\n')}`;
}

function tableOf({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

function originOf({ name }: Section, { date, commit, machine }: Result): string {
  return `_\`npm run bench -- --only ${name}\`, ${date}, commit ${commit}, Node ${machine.node}._`;
}
