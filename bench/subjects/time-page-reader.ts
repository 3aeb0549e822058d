/**
 * Times two builds of the page reader in turn. Arguments: module of the one with checks, module of the one without,
 * rounds, file for the result, files of pages.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { RowView } from '../../src/circle/page.js';
import type { PageReader } from '../../src/circle/page-reader.js';
import { guideOf } from '../../src/circle/row-guide.js';

interface Build {
  readonly PageReader: typeof PageReader;
}

const [careful = '', careless = '', rounds = '1', result = '', ...files] = process.argv.slice(2);
const readers = {
  careful: new ((await import(careful)) as Build).PageReader(),
  careless: new ((await import(careless)) as Build).PageReader(),
};
const views: Readonly<Record<string, RowView>> = {
  asTheyCame: {
    check: null,
    apply: null,
    readsLetters: false,
    names: false,
    guide: guideOf({ properties: { id: {}, created_at: {} } }),
  },
  printed: {
    check: null,
    apply: (row) => ({ ...row, version: undefined }),
    readsLetters: false,
    names: false,
    guide: null,
  },
};
const bodies = files.map((file) => readFileSync(file));
let written = 0;

function secondsOf(reader: PageReader, view: RowView): number {
  const began = performance.now();
  for (const body of bodies) {
    const { records } = reader.read(Buffer.from(body), view);
    written += records.length;
  }
  return (performance.now() - began) / 1000;
}

/** Both read the same pages, one right after the other; which of them first, changes from round to round. */
function round(number: number, view: RowView): readonly [number, number] {
  if (number % 2 === 0) return [secondsOf(readers.careful, view), secondsOf(readers.careless, view)];
  const second = secondsOf(readers.careless, view);
  return [secondsOf(readers.careful, view), second];
}

const ratios: Record<string, number[]> = {};
for (const [way, view] of Object.entries(views)) {
  // The first rounds compile.
  for (let warming = 0; warming < 4; warming++) round(warming, view);
  ratios[way] = Array.from({ length: Number(rounds) }, (_, number) => {
    const [checked, unchecked] = round(number, view);
    return checked / unchecked;
  });
}
if (written === 0) throw new Error('nothing was read');
writeFileSync(result, JSON.stringify(ratios));
