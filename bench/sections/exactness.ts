import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TOKEN } from '../measure/bench-server.js';
import { median } from '../measure/statistics.js';
import { percentMore } from '../report/format.js';
import type { Section } from '../report/section.js';
import { buildVariant, type Change } from '../subjects/build-variant.js';

const run = promisify(execFile);
const PAGE = 'src/circle/page-reader.ts';

/** The page reader without what looks for digits, NULs, surrogates and line separators. */
const withoutChecks: readonly Change[] = [
  { file: 'src/circle/scan-page.ts', from: '(!scanner.hasWide || isUtf8(body))', to: 'body.length > 0' },
  { file: 'src/circle/row-scanner.ts', from: 'return code === 0 || (code', to: 'return code < 0 && (code' },
  { file: PAGE, from: 'apply === null && isPlainText(body)', to: 'apply === null' },
  { file: PAGE, from: 'apply !== null && isCleanUtf8(body)', to: 'apply !== null' },
  { file: 'src/circle/answer.ts', from: '(!isClean || hasWideEscape(bytes))', to: '!isClean' },
  { file: 'src/circle/row-scanner.ts', from: 'if (isSeparator(body, at)) return UNSURE;', to: '' },
  { file: 'src/circle/row-offsets.ts', from: 'byte >= MINUS && byte <= NINE', to: 'byte === MINUS && byte === NINE' },
  { file: 'src/circle/row-notes.ts', from: 'stretch.hasOddNumbers && ', to: 'isLong({ id: null }) && ' },
  { file: 'src/circle/print-records.ts', from: 'if (!stretch.hasOddNumbers)', to: 'if (stretch.rows.length > 0)' },
];

const ways = {
  asTheyCame: 'rows that leave as they came',
  printed: 'rows that are printed anew (flattening, selection, hashing)',
} as const;
type Way = keyof typeof ways;

/** Time with the checks against time without, of each round. */
type Ratios = Readonly<Record<Way, readonly number[]>>;

/** What exact numbers and clean text cost where nothing needs them, which is nearly always. */
export const exactness: Section = {
  name: 'exactness',
  title: 'The price of exactness on ordinary pages',
  async measure(bench) {
    const { folder, isQuick } = bench;
    const pages = 10;
    const first = (await bench.server(pages * 2000)).firstPage();
    const files: string[] = [];
    for (let page = 1; page <= pages; page++) {
      const answer = await fetch(first.replace('&page=1', `&page=${page}`), { headers: { Authorization: TOKEN } });
      const file = join(folder, `page-${page}.json`);
      await writeFile(file, Buffer.from(await answer.arrayBuffer()));
      files.push(file);
    }
    const folders = { careful: join(folder, 'careful'), careless: join(folder, 'careless') };
    const careful = await buildVariant(PAGE, folders.careful);
    const careless = await buildVariant(PAGE, folders.careless, withoutChecks);
    const timer = await buildVariant('bench/subjects/time-page-reader.ts', folder);
    const result = join(folder, 'ratios.json');
    const rounds = isQuick ? 40 : 60;
    await run(process.execPath, [timer, careful, careless, String(rounds), result, ...files]);
    const ratios = JSON.parse(await readFile(result, 'utf8')) as Ratios;
    const ratioOf = (way: Way): number => median(ratios[way]);
    const names = Object.keys(ways) as Way[];
    for (const way of names) bench.log(`${ways[way]}: ${percentMore(ratioOf(way))}`);
    return {
      text: [
        'The reader of pages (`src/circle/page-reader.ts`: from the bytes, or by JSON.parse where rows are changed, and the ' +
          'text of each record) is built twice, once without what looks for long numbers, NULs, surrogates and line ' +
          `separators; both read the same pages in turn, in one process, ${rounds} rounds. It is a part of the work of a sync: of the whole, the price is smaller still.`,
      ],
      goals: names.map((way) => ({
        what: `Exact numbers and clean text, ${ways[way]}`,
        figure: percentMore(ratioOf(way)),
        wanted: 'under +5 %',
        reached: ratioOf(way) < 1.05,
      })),
      tables: [],
      charts: [],
    };
  },
};
