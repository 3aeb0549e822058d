import { cleanJson } from '../base/json-text.js';
import { parseAnswer, type Stretch } from './answer.js';
import { isAlone } from './body-pool.js';
import { nextPageUriOf } from './next-page.js';
import type { Page, RowView } from './page.js';
import { isCleanUtf8, isPlainText } from './plain-text.js';
import { printRecords } from './print-records.js';
import { RecordBytes } from './record-bytes.js';
import { RowNotes } from './row-notes.js';
import { scanPage } from './scan-page.js';
import { sight } from './sighting.js';
import { columnOf } from './text-column.js';

/** So many pages in a row that could not be scanned: then only some are tried. */
const MOST_MISSES = 8;
const MISSES_BETWEEN = 16;

/**
 * Reads pages, one after another. It keeps one piece of memory: records that are not the rows' own bytes are put into it,
 * and the body that they were made of takes its place.
 */
export class PageReader {
  private spare: Buffer = Buffer.alloc(0);
  private pages = 0;
  /** Pages in a row that had to be read as JSON. */
  private misses = 0;

  /**
   * Reads a page. Rows that are passed on as they are keep every digit and byte of the body, unless something in it would
   * break a reader of lines.
   *
   * @param body becomes part of the page or of the reader: nobody else may use it afterwards
   * @throws NotAPageError where it is not JSON, is cut, or has no `events` list of rows with ids
   * @throws ReportError where a row is nested too deeply to be changed
   */
  read(body: Buffer, view: RowView): Page {
    return this.scan(body, view) ?? this.parse(body, view);
  }

  /**
   * Reads the page from its bytes, if it can. Of the first one that takes longer: for code that has never run, JSON.parse
   * is the faster one, and most syncs have one page.
   */
  private scan(body: Buffer, { guide, names }: RowView): Page | null {
    const isWorthIt = this.pages++ > 0 && (this.misses < MOST_MISSES || this.misses % MISSES_BETWEEN === 0);
    const page = guide !== null && isWorthIt ? scanPage(body, guide, names) : null;
    if (page === null) this.misses++;
    else this.misses = 0;
    return page;
  }

  /** Reads any page, and says what is wrong with it. */
  private parse(body: Buffer, view: RowView): Page {
    const { apply, readsLetters } = view;
    const notes = new RowNotes(view);
    const records = new RecordBytes(this.spare);
    const replaced = new Map<number, number>();
    const add = (text: string, encoding: Stretch['encoding'], index: number): void => {
      // Text is read as bytes only where nothing has to be replaced.
      const clean = encoding === 'latin1' ? { text, replaced: 0 } : cleanJson(text);
      records.add(clean.text, encoding);
      if (clean.replaced > 0) replaced.set(index, clean.replaced);
    };
    const use = { readsLetters, prints: apply !== null, isClean: apply !== null && isCleanUtf8(body) };
    const { pagination, offsets } = parseAnswer(body, use, (stretch) => {
      notes.add(stretch);
      if (apply === null) return;
      const { first, encoding } = stretch;
      for (const [place, text] of printRecords(stretch, apply).entries()) add(text, encoding, first + place);
    });
    const { ids, createdAt, names, complaints } = notes;
    const known = {
      ...sight(ids, createdAt),
      names: names === null ? null : columnOf(names),
      complaints,
      replaced,
      nextPageUri: nextPageUriOf(pagination),
    };
    if (apply === null && isPlainText(body)) return { ...known, records: body, offsets };
    if (apply === null) {
      for (const index of ids.keys()) {
        add(body.toString('utf8', offsets[2 * index], offsets[2 * index + 1]), 'utf8', index);
      }
    }
    this.spare = isAlone(body) ? Buffer.from(body.buffer) : body;
    return { ...known, records: records.bytes, offsets: records.offsets };
  }
}
