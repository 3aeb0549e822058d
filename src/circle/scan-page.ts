import { isUtf8 } from 'node:buffer';
import { fractionDigits, parseInstant, type Instant } from '../base/instant.js';
import type { JsonValue } from '../base/json.js';
import { ColumnBytes } from './column-bytes.js';
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-bytes.js';
import { nextPageUriOf } from './next-page.js';
import type { Page } from './page.js';
import type { RowGuide } from './row-guide.js';
import { RowScanner, UNSURE } from './row-scanner.js';
import { isFormatted, sightInstants, type Sighted } from './sighting.js';
import { textsOf } from './text-column.js';
import { isInstant } from './usual-time.js';

const EVENTS = Buffer.from('"events":');
const PAGINATION = Buffer.from('"pagination":');

/**
 * Reads a page without making objects of its rows, where all is as usual: JSON without white space, rows that are as
 * their guide wants them, with nothing in them that has to be put right. That is about a third of the work, and hardly any
 * garbage.
 *
 * @param names whether the names of rows are wanted
 * @returns null where anything is otherwise: {@link PageReader} then reads it as JSON, and judges it
 * @throws NotAPageError where `next_page_uri` is no text
 */
export function scanPage(body: Buffer, guide: RowGuide, names: boolean): Page | null {
  const scan = new Scan(body, guide, names);
  return scan.isWhole() ? scan.page() : null;
}

class Scan {
  private readonly body: Buffer;
  private readonly guide: RowGuide;
  private readonly scanner: RowScanner;
  private readonly offsets: number[] = [];
  private readonly ids = new ColumnBytes();
  private readonly instants = new ColumnBytes();
  private readonly writtenTimes = new Map<number, string>();
  private readonly names: ColumnBytes | null;
  private readonly idKey: number;
  private readonly createdAtKey: number;
  private readonly nameKey: number;
  private pagination: JsonValue | undefined;
  private hasRows = false;
  private ordered = true;

  constructor(body: Buffer, guide: RowGuide, names: boolean) {
    this.body = body;
    this.guide = guide;
    this.scanner = new RowScanner(body);
    this.names = names ? new ColumnBytes() : null;
    this.idKey = placeOf('id', guide);
    this.createdAtKey = placeOf('created_at', guide);
    this.nameKey = placeOf('name', guide);
  }

  page(): Page {
    const { body, names, offsets } = this;
    return {
      ...this.sighted(),
      names: names?.column ?? null,
      complaints: new Map(),
      replaced: new Map(),
      nextPageUri: nextPageUriOf(this.pagination),
      records: body,
      offsets: Int32Array.from(offsets),
    };
  }

  private sighted(): Sighted {
    const { writtenTimes, ordered } = this;
    const { count } = this.ids;
    const [ids, instants] = [this.ids.column, this.instants.column];
    if (!ordered || typeof instants !== 'string') {
      return sightInstants(textsOf(ids), textsOf(instants) as readonly Instant[], writtenTimes);
    }
    const end = instants.indexOf('\n');
    const first = (end === -1 ? instants : instants.slice(0, end)) as Instant;
    const last = instants.slice(instants.lastIndexOf('\n') + 1) as Instant;
    const lastDigits = fractionDigits(writtenTimes.get(count - 1) ?? last);
    return { sighting: { count, ids, instants, first, last, lastDigits, ordered }, writtenTimes };
  }

  /** Reads all of it. */
  isWhole(): boolean {
    const { body, scanner } = this;
    let at = 1;
    if (body[0] !== OPEN_BRACE) return false;
    for (;;) {
      at = this.part(at);
      if (at === UNSURE) return false;
      if (body[at] === CLOSE_BRACE) break;
      if (body[at++] !== COMMA) return false;
    }
    return at === body.length - 1 && this.hasRows && (!scanner.hasWide || isUtf8(body));
  }

  /** A part of the answer: a key and its value. */
  private part(at: number): number {
    const { body, scanner } = this;
    if (scanner.has(EVENTS, at)) return this.events(at + EVENTS.length);
    const end = scanner.member(at);
    if (end !== UNSURE && scanner.has(PAGINATION, at)) {
      this.pagination = JSON.parse(body.toString('utf8', at + PAGINATION.length, end)) as JsonValue;
    }
    return end;
  }

  private events(list: number): number {
    const { body, scanner, guide, offsets } = this;
    if (this.hasRows || body[list] !== OPEN_BRACKET) return UNSURE;
    this.hasRows = true;
    let at = list + 1;
    if (body[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      const end = scanner.row(at, guide);
      if (end === UNSURE || !this.note()) return UNSURE;
      offsets.push(at, end);
      if (body[end] === CLOSE_BRACKET) return end + 1;
      if (body[end] !== COMMA) return UNSURE;
      at = end + 1;
    }
  }

  /** Takes what is kept of the last row; false where one of it is missing, has escapes or letters outside ASCII. */
  private note(): boolean {
    const { names } = this;
    if (!this.isText(this.idKey) || !this.isText(this.createdAtKey)) return false;
    const [idStart, idEnd] = [this.startOf(this.idKey), this.endOf(this.idKey)];
    if (idStart === idEnd || !this.ids.add(this.body, idStart, idEnd) || !this.noteTime()) return false;
    if (names === null) return true;
    return this.isText(this.nameKey) && names.add(this.body, this.startOf(this.nameKey), this.endOf(this.nameKey));
  }

  private noteTime(): boolean {
    const { body, instants, createdAtKey } = this;
    const [start, end] = [this.startOf(createdAtKey), this.endOf(createdAtKey)];
    if (isInstant(body, start, end)) {
      instants.add(body, start, end - 1);
    } else {
      // Escapes make no timestamp, and letters outside ASCII do not, either.
      const text = body.toString('latin1', start, end);
      const at = parseInstant(text);
      if (at === null) return false;
      if (!isFormatted(text, at)) this.writtenTimes.set(instants.count, text);
      instants.addText(at);
    }
    if (instants.count > 1 && instants.fell) this.ordered = false;
    return true;
  }

  /** Where the text of a value begins, behind its quote. */
  private startOf(key: number): number {
    return (this.scanner.spans[2 * key] ?? 0) + 1;
  }

  private endOf(key: number): number {
    return (this.scanner.spans[2 * key + 1] ?? 0) - 1;
  }

  /** Whether the last row has a text there. */
  private isText(key: number): boolean {
    const { body, scanner } = this;
    return (scanner.seen & (1 << key)) !== 0 && body[scanner.spans[2 * key] ?? 0] === QUOTE;
  }
}

/** Which of a row's keys it is; one that none has, where the guide does not know it. */
function placeOf(name: string, { keys }: RowGuide): number {
  const place = keys.findIndex((key) => Buffer.from(`"${name}":`).equals(key));
  return place === -1 ? keys.length : place;
}
