import { isUtf8 } from 'node:buffer';
import { parseInstant, type Instant } from '../base/instant.js';
import type { JsonValue } from '../base/json.js';
import { nextPageUriOf, type Page } from './page.js';
import type { RowGuide } from './row-guide.js';
import { RowScanner, UNSURE } from './row-scanner.js';
import { isFormatted, sightInstants } from './sighting.js';
import { columnOf } from './text-column.js';
import { isInstant } from './usual-time.js';

const EVENTS = Buffer.from('"events":[');
const PAGINATION = Buffer.from('"pagination":');
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;

/**
 * Reads a page without making objects of its rows, where all is as usual: JSON without white space, rows that are as
 * their guide wants them, with nothing in them that has to be put right. That is a third of the work, and no garbage.
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
  private readonly ids: string[] = [];
  private readonly instants: Instant[] = [];
  private readonly writtenTimes = new Map<number, string>();
  private readonly names: string[] | null;
  private readonly idKey: number;
  private readonly createdAtKey: number;
  private readonly nameKey: number;
  private pagination: JsonValue | undefined;
  private hasRows = false;

  constructor(body: Buffer, guide: RowGuide, names: boolean) {
    this.body = body;
    this.guide = guide;
    this.scanner = new RowScanner(body);
    this.names = names ? [] : null;
    this.idKey = placeOf('id', guide);
    this.createdAtKey = placeOf('created_at', guide);
    this.nameKey = placeOf('name', guide);
  }

  page(): Page {
    const { body, ids, instants, writtenTimes, names, offsets } = this;
    return {
      ...sightInstants(ids, instants, writtenTimes),
      names: names === null ? null : columnOf(names),
      complaints: new Map(),
      replaced: new Map(),
      nextPageUri: nextPageUriOf(this.pagination),
      records: body,
      offsets: Int32Array.from(offsets),
    };
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
    if (scanner.has(EVENTS, at)) return this.hasRows ? UNSURE : this.rows(at + EVENTS.length);
    const end = scanner.member(at);
    if (end !== UNSURE && scanner.has(PAGINATION, at)) {
      this.pagination = JSON.parse(body.toString('utf8', at + PAGINATION.length, end)) as JsonValue;
    }
    return end;
  }

  /** @param at behind the bracket */
  private rows(at: number): number {
    const { body, scanner, guide, offsets } = this;
    this.hasRows = true;
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

  /** Takes what is kept of the last row. */
  private note(): boolean {
    const { ids, names } = this;
    const id = this.text(this.idKey);
    if (id === null || id === '' || !this.noteTime()) return false;
    ids.push(id);
    if (names === null) return true;
    const name = this.text(this.nameKey);
    names.push(name ?? '');
    return name !== null;
  }

  private noteTime(): boolean {
    const { body, scanner, createdAtKey, instants } = this;
    const [start = 0, end = 0] = [scanner.spans[2 * createdAtKey], scanner.spans[2 * createdAtKey + 1]];
    if (!this.isText(createdAtKey)) return false;
    if (isInstant(body, start + 1, end - 1)) {
      instants.push(body.toString('latin1', start + 1, end - 2) as Instant);
      return true;
    }
    const text = this.text(createdAtKey);
    const at = parseInstant(text);
    if (text === null || at === null) return false;
    if (!isFormatted(text, at)) this.writtenTimes.set(instants.length, text);
    instants.push(at);
    return true;
  }

  /** The text of a value of the last row; null where it is none, or has escapes or letters outside ASCII. */
  private text(key: number): string | null {
    const { body, scanner } = this;
    const [start = 0, end = 0] = [scanner.spans[2 * key], scanner.spans[2 * key + 1]];
    if (!this.isText(key)) return null;
    for (let at = start + 1; at < end - 1; at++) if ((body[at] ?? 0) >= 0x80 || body[at] === 0x5c) return null;
    return body.toString('latin1', start + 1, end - 1);
  }

  /** Whether the last row has a text there. */
  private isText(key: number): boolean {
    const { body, scanner } = this;
    return (scanner.seen & (1 << key)) !== 0 && body[scanner.spans[2 * key] ?? 0] === QUOTE;
  }
}

/** Which of a row's keys it is; one that none has, where the guide does not know it. */
function placeOf(name: string, { keys }: RowGuide): number {
  const place = keys.findIndex((key) => key.length === name.length + 3 && Buffer.from(key).includes(name));
  return place === -1 ? keys.length : place;
}
