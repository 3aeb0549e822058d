import type { BenchServer } from '../measure/bench-server.js';

/** Something that is wanted, and what came out. */
export interface Goal {
  readonly what: string;
  readonly figure: string;
  readonly wanted: string;
  readonly reached: boolean;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Chart {
  /** Name of the file in `docs/charts`, without its end. */
  readonly name: string;
  readonly title: string;
  /** What is to be seen, for those who cannot see it. */
  readonly alt: string;
  readonly kind: 'bars' | 'lines';
  readonly x: string;
  readonly y: string;
  readonly points: readonly ChartPoint[];
}

/** Of bars: the label, and how long; of lines: the line, and a point of it. */
export interface ChartPoint {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** What a section found, as it is kept in `results.json`. */
export interface Findings {
  /** Markdown, before the tables. */
  readonly text: readonly string[];
  readonly goals: readonly Goal[];
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
}

/** What a section measures with. */
export interface Bench {
  /** A folder of this section's own, removed afterwards. */
  readonly folder: string;
  /** Whether only to see that all of it works: few rows, few rounds, figures of no worth. */
  readonly isQuick: boolean;
  /** A server of so many prepared rows, closed after the section. */
  server(rows: number): Promise<BenchServer>;
  log(text: string): void;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  measure(bench: Bench): Promise<Findings>;
}
