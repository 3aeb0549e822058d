/**
 * `npm run bench [-- --only NAME[,NAME]] [--quick]`: measures, prints one table of goals, keeps the findings in
 * `bench/results.json` and writes `docs/benchmarks.md` from them. `--write` only writes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchServer } from './measure/bench-server.js';
import { goalsAsText, writeDocument } from './report/document.js';
import { commitMeasured, thisMachine } from './report/machine.js';
import { readResults, writeResults, type Results } from './report/results.js';
import type { Findings, Goal, Section } from './report/section.js';
import { depth } from './sections/depth.js';
import { exactness } from './sections/exactness.js';
import { latency } from './sections/latency.js';
import { memory } from './sections/memory.js';
import { pace } from './sections/pace.js';
import { peersSection } from './sections/peers.js';
import { prices } from './sections/prices.js';
import { profile } from './sections/profile.js';
import { startup } from './sections/startup.js';
import { throughput } from './sections/throughput.js';

const sections: readonly Section[] = [
  throughput,
  peersSection,
  prices,
  exactness,
  latency,
  pace,
  startup,
  memory,
  depth,
  profile,
];

const { only, quick, write } = parseArgs({
  options: {
    only: { type: 'string', default: sections.map(({ name }) => name).join() },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
}).values;
const wanted = only.split(',');
const unknown = wanted.filter((name) => !sections.some((section) => section.name === name));
if (unknown.length > 0) throw new Error(`no section ${unknown.join()}: ${sections.map(({ name }) => name).join()}`);

let results = await readResults();
if (!write) {
  const goals: Goal[] = [];
  const began = performance.now();
  const commit = await commitMeasured();
  for (const section of sections.filter(({ name }) => wanted.includes(name))) {
    const findings = await measured(section);
    goals.push(...findings.goals);
    const machine = await thisMachine(section === peersSection);
    const date = new Date().toISOString().slice(0, 10);
    const merged: Results = { ...results, [section.name]: { date, commit, machine, ...findings } };
    results = merged;
    if (!quick) await writeResults(results);
  }
  console.log(`\n${goalsAsText(goals)}\n\nbench took ${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
}
if (!quick) await writeDocument(sections, results);

async function measured(section: Section): Promise<Findings> {
  console.log(`\n${section.title} (${section.name})`);
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'tap-circle-bench-'));
  const servers: BenchServer[] = [];
  try {
    return await section.measure({
      folder,
      isQuick: quick,
      server: async (rows) => {
        const server = await BenchServer.start(rows);
        servers.push(server);
        return server;
      },
      log: (text) => console.log(`  ${text}`),
    });
  } finally {
    await Promise.all(servers.map(async (server) => server.close()));
    await rm(folder, { recursive: true, force: true });
    console.log(`  ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
}
