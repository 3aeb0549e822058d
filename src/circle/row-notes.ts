import { LosslessNumber } from 'lossless-json';
import type { JsonObject, JsonValue } from '../base/json.js';
import { NotAPageError, type Stretch } from './answer.js';
import type { RowView } from './page.js';
import { exactRows } from './print-records.js';

/** What is kept of the rows of a page. */
export class RowNotes {
  readonly ids: string[] = [];
  readonly createdAt: (string | null)[] = [];
  /** Empty where a row has none; null where they are not wanted. */
  readonly names: string[] | null;
  readonly complaints = new Map<number, string>();
  private readonly check: RowView['check'];

  constructor({ check, names }: RowView) {
    this.check = check;
    this.names = names ? [] : null;
  }

  /** @throws NotAPageError where a row has no id */
  add(stretch: Stretch): void {
    // Two long numbers may be one double: as ids they would make one row of two.
    const isLong = ({ id }: JsonObject): boolean => typeof id === 'number' && !Number.isSafeInteger(id);
    const exact = stretch.hasOddNumbers && stretch.rows.some(isLong) ? exactRows(stretch.text) : stretch.rows;
    for (const [place, row] of stretch.rows.entries()) {
      const index = stretch.first + place;
      const complaint = this.check?.(row) ?? null;
      if (complaint !== null) this.complaints.set(index, complaint);
      this.ids.push(idOf(exact[place] ?? row, index));
      this.createdAt.push(textOrNull(row['created_at']));
      this.names?.push(textOrNull(row['name']) ?? '');
      if (stretch.encoding === 'latin1') this.mend(index, stretch);
    }
  }

  /** Puts right what was read of the last row, where it has letters outside ASCII. */
  private mend(index: number, stretch: Stretch): void {
    if (![this.ids[index], this.createdAt[index], this.names?.[index]].some(isWide)) return;
    const { id: rightId, created_at: createdAt, name } = stretch.reread(index - stretch.first);
    // A number, of whatever length, has no letters.
    if (typeof rightId === 'string') this.ids[index] = rightId;
    this.createdAt[index] = textOrNull(createdAt);
    if (this.names !== null) this.names[index] = textOrNull(name) ?? '';
  }
}

function isWide(text: string | null | undefined): boolean {
  return typeof text === 'string' && /[\u0080-\uffff]/.test(text);
}

function idOf({ id }: JsonObject, index: number): string {
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number' || id instanceof LosslessNumber) return String(id);
  throw new NotAPageError(`\`events[${index}]\` has no id`);
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
