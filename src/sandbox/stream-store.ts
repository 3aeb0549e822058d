import { Agenda } from './agenda.js';
import type { Micros } from './micros.js';
import type { People } from './people.js';
import { Rows, type GivenRow, type Recipe } from './rows.js';
import { Timeline, type TieOrder } from './timeline.js';

/** When something happens: at a time, or once the stream has answered so many requests. */
export type When = { readonly at: Micros } | { readonly afterRequest: number };

interface Change {
  readonly rows: readonly number[];
  readonly visible: boolean;
}

/** A row to be generated. */
export interface GeneratedRow {
  readonly created: Micros;
  readonly name?: string | undefined;
}

/** One stream: its rows, which of them are visible, and what will change and when. */
export class StreamStore {
  readonly rows: Rows;
  readonly timeline: Timeline;
  /** Goes up with each change of what is visible. */
  version = 0;
  private readonly byTime = new Agenda<Change>();
  private readonly byRequest = new Agenda<Change>();

  constructor(recipe: Recipe, people: People, ties: TieOrder) {
    this.rows = new Rows(recipe, people);
    this.timeline = new Timeline(this.rows, ties);
  }

  /** Does what is due. @param requests how many requests the stream has answered */
  settle(now: Micros, requests: number): void {
    for (const change of this.byTime.due(now)) this.apply(change);
    for (const change of this.byRequest.due(requests)) this.apply(change);
  }

  /** Adds rows, visible at once or later. @returns their numbers */
  add(rows: readonly (GivenRow | GeneratedRow)[], visible?: When, gone?: When): number[] {
    const numbers = rows.map((row) => ('text' in row ? this.rows.add(row) : this.rows.generate(row.created, row.name)));
    this.plan({ rows: numbers, visible: true }, visible);
    if (gone !== undefined) this.plan({ rows: numbers, visible: false }, gone);
    return numbers;
  }

  /** Takes rows out of sight, now or later, for ever or until some time. @returns those that there are */
  remove(ids: readonly string[], from?: When, until?: When): string[] {
    const known = ids.filter((id) => this.rows.find(id) !== undefined);
    const numbers = known.flatMap((id) => this.rows.find(id) ?? []);
    this.plan({ rows: numbers, visible: false }, from);
    if (until !== undefined) this.plan({ rows: numbers, visible: true }, until);
    return known;
  }

  /** The numbers of all rows that are visible now, oldest first. @param now rows created from then on are not there yet */
  visible(now: Micros): number[] {
    return this.timeline.slice(0, this.timeline.countUpTo(now - 1));
  }

  private plan(change: Change, when: When | undefined): void {
    if (when === undefined) this.apply(change);
    else if ('at' in when) this.byTime.add(when.at, change);
    else this.byRequest.add(when.afterRequest, change);
  }

  private apply({ rows, visible }: Change): void {
    if (visible) this.timeline.show(rows);
    else this.timeline.hide(rows);
    this.version++;
  }
}
