import { eventNames, visitName } from '../circle/event-names.js';
import { ByteWriter } from './byte-writer.js';
import { Column } from './column.js';
import { Community } from './community.js';
import { numberOfUuid, uuid, uuidOrder } from './ids.js';
import type { Micros } from './micros.js';
import { nameCodeOf } from './mix.js';
import { moments } from './moments.js';
import type { People } from './people.js';
import { rowWriter, type RowScene } from './row-writer.js';
import type { World } from './scene.js';
import type { Write } from './template.js';
import { TimeWriter } from './time-writer.js';
import { triggeredAt } from './times.js';

export const streamNames = ['events', 'visits'] as const;
export type StreamName = (typeof streamNames)[number];

/** What a stream's rows are generated from: the same recipe, the same rows. */
export interface Recipe {
  readonly stream: StreamName;
  readonly seed: number;
  readonly rows: number;
  /** Members before the history begins. */
  readonly members: number;
  readonly start: Micros;
  readonly end: Micros;
}

/** A row that was given whole: its text is served as it was given. */
export interface GivenRow {
  readonly id: string;
  readonly name: string;
  readonly created: Micros;
  readonly triggered: Micros;
  readonly text: string;
}

const PURPOSE = { events: 11, visits: 12 } as const;

/**
 * All rows of a stream that ever existed, by number: the generated history, then what was added. A row takes some
 * twenty bytes of memory; its text is made when it is asked for.
 */
export class Rows {
  private readonly recipe: Recipe;
  private readonly world: World;
  private readonly names: readonly string[];
  private readonly writers: readonly Write<RowScene>[];
  private readonly scratch = new ByteWriter();
  private readonly times: Column;
  private readonly codes: Column;
  private readonly actors: Column;
  private readonly subjects: Column;
  private readonly given = new Map<number, GivenRow>();
  private readonly numberOfGiven = new Map<string, number>();

  constructor(recipe: Recipe, people: People) {
    const { seed, rows, start, end } = recipe;
    this.recipe = recipe;
    this.world = { seed, people, community: new Community(seed, recipe.members, start), times: new TimeWriter() };
    this.names = recipe.stream === 'events' ? eventNames : [visitName];
    this.writers = this.names.map(rowWriter);
    this.times = new Column('float64', rows);
    this.codes = new Column('uint8', rows);
    this.actors = new Column('uint32', rows);
    this.subjects = new Column('uint32', rows);
    for (const { at, rows: count, burst } of moments(seed + PURPOSE[recipe.stream], rows, start, end)) {
      for (let i = 0; i < count; i++) this.store(at, this.nextCode(burst));
    }
  }

  get length(): number {
    return this.times.length;
  }

  /** Whether the stream has events of this name. */
  canGenerate(name: string): boolean {
    return this.names.includes(name);
  }

  /** Adds a generated row and answers its number. @param name of those that the stream has; by default as it comes */
  generate(created: Micros, name?: string): number {
    const code = name === undefined ? this.nextCode(null) : this.names.indexOf(name);
    return this.store(created, Math.max(0, code));
  }

  /** Adds a row that was given whole and answers its number. */
  add(row: GivenRow): number {
    const n = this.length;
    this.times.push(row.created);
    for (const column of [this.codes, this.actors, this.subjects]) column.push(0);
    this.given.set(n, row);
    this.numberOfGiven.set(row.id, n);
    return n;
  }

  created(n: number): Micros {
    return this.times.at(n);
  }

  triggered(n: number): Micros {
    return this.given.get(n)?.triggered ?? triggeredAt(this.recipe.seed, n, this.times.at(n));
  }

  name(n: number): string {
    return this.given.get(n)?.name ?? this.names[this.codes.at(n)] ?? '';
  }

  id(n: number): string {
    return this.given.get(n)?.id ?? uuid(this.recipe.seed, PURPOSE[this.recipe.stream], n);
  }

  compareIds(a: number, b: number): number {
    if (this.given.size === 0 || !(this.given.has(a) || this.given.has(b))) {
      const { seed, stream } = this.recipe;
      return uuidOrder(seed, PURPOSE[stream], a) - uuidOrder(seed, PURPOSE[stream], b);
    }
    const [x, y] = [this.id(a), this.id(b)];
    return x === y ? 0 : x < y ? -1 : 1;
  }

  /** The number of the row with this id; undefined where there never was one. */
  find(id: string): number | undefined {
    const known = this.numberOfGiven.get(id);
    if (known !== undefined) return known;
    const n = numberOfUuid(this.recipe.seed, PURPOSE[this.recipe.stream], id);
    return n !== undefined && n < this.length && !this.given.has(n) ? n : undefined;
  }

  /** The row as the API sends it. */
  text(n: number): string {
    this.write(this.scratch, n);
    return this.scratch.take().toString('utf8');
  }

  /** Writes {@link text}. */
  write(out: ByteWriter, n: number): void {
    const given = this.given.get(n);
    if (given !== undefined) {
      out.text(given.text);
      return;
    }
    const code = this.codes.at(n);
    this.writers[code]?.(out, {
      world: this.world,
      n,
      name: this.names[code] ?? '',
      actor: this.actors.at(n),
      subject: this.subjects.at(n),
      created: this.times.at(n),
      idPurpose: PURPOSE[this.recipe.stream],
    });
  }

  private nextCode(burst: number | null): number {
    return this.recipe.stream === 'events' ? nameCodeOf(this.recipe.seed, this.length, burst) : 0;
  }

  private store(created: Micros, code: number): number {
    const n = this.length;
    const { actor, subject } = this.world.community.play(this.names[code] ?? '', n, created);
    this.times.push(created);
    this.codes.push(code);
    this.actors.push(actor);
    this.subjects.push(subject);
    return n;
  }
}
