import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barX, dot, gridX, line, plot, ruleX, text, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Chart } from './section.js';

/** Readable on a light and on a dark page. */
const COLOURS = ['#2f6fb0', '#d1752a', '#4f9a55', '#9a5fb4'];

/** As much of an element as is needed here: the project compiles without the types of browsers. */
interface Drawn {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
}

/** Draws a chart to `FOLDER/NAME.svg`. */
export async function drawChart(chart: Chart, folder: string): Promise<void> {
  const page: unknown = parseHTML('<html><body></body></html>');
  const options = chart.kind === 'bars' ? bars(chart) : lines(chart);
  const svg: unknown = plot({ ...options, ...documentOf(page), width: 760 });
  if (!isDrawn(svg)) throw new Error(`${chart.name} was not drawn`);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // Not as an option of the plot, since linkedom's elements do not let their style be set so.
  svg.setAttribute('style', 'font-size: 13px; background: white; color: #222');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', chart.alt);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${chart.name}.svg`), `${svg.outerHTML}\n`);
}

function documentOf(page: unknown): object {
  // A proxy: it has a document, but `in` does not know.
  const found: unknown = typeof page === 'object' && page !== null ? Reflect.get(page, 'document') : undefined;
  if (found === undefined) throw new Error('linkedom made no document');
  return { document: found };
}

function isDrawn(element: unknown): element is Drawn {
  return typeof element === 'object' && element !== null && 'setAttribute' in element && 'outerHTML' in element;
}

function bars({ x, points }: Chart): PlotOptions {
  const ours = (series: string): string => (series.startsWith('tap-circle') ? 'ours' : 'others');
  return {
    marginLeft: 250,
    marginRight: 60,
    marginBottom: 50,
    x: { label: x, zero: true, labelOffset: 42 },
    y: { label: null, domain: points.map(({ series }) => series) },
    color: { domain: ['ours', 'others'], range: COLOURS },
    marks: [
      gridX(),
      barX(points, { x: 'x', y: 'series', fill: ({ series }: { series: string }) => ours(series) }),
      text(points, {
        x: 'x',
        y: 'series',
        text: ({ x: value }: { x: number }) => value.toFixed(1),
        dx: 4,
        textAnchor: 'start',
      }),
      ruleX([0]),
    ],
  };
}

function lines({ x, y, points }: Chart): PlotOptions {
  const names = [...new Set(points.map(({ series }) => series))];
  return {
    height: 380,
    marginLeft: 70,
    marginRight: 60,
    marginTop: 40,
    marginBottom: 50,
    grid: true,
    x: { label: x, type: 'log', ticks: [...new Set(points.map((point) => point.x))], tickFormat: ',', labelOffset: 42 },
    y: {
      label: y,
      type: 'log',
      domain: [1, Math.max(10, ...points.map((point) => 1.2 * point.y))],
      ticks: 5,
      tickFormat: ',',
    },
    color: { legend: false, domain: names, range: COLOURS },
    marks: [
      line(points, { x: 'x', y: 'y', stroke: 'series', strokeWidth: 2 }),
      dot(points, { x: 'x', y: 'y', fill: 'series', r: 4 }),
      text(
        names.flatMap((name) => points.filter(({ series }) => series === name).slice(-1)),
        { x: 'x', y: 'y', text: 'series', fill: 'series', dy: -12, textAnchor: 'end' },
      ),
    ],
  };
}
