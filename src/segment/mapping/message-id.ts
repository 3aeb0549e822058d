import { createHash } from 'node:crypto';
import { isJsonObject, type JsonValue } from '../../base/json.js';
import { UnmappableError } from './calls.js';

/** Segment takes ids of fewer than 100 characters; a longer one is put as its hash. */
const LONGEST = 99;

/**
 * Makes the ids by which Segment drops what it has already: the same row gets the same id in
 * every run. An id is of one source, since one community may be sent to two (staging, production) and Segment does not
 * say that it tells them apart; and of one call, since a row may make several.
 */
export class MessageIds {
  private readonly source: string;

  /** @param writeKey of the source; only a part of its hash goes into ids */
  constructor(writeKey: string) {
    this.source = sha256(writeKey).slice(0, 8);
  }

  /**
   * Of a Circle event, by its own id.
   *
   * @param call what tells the calls of one event apart; empty for its main one
   */
  ofCircleEvent(id: string, call: string): string {
    return this.id('circle', id, call);
  }

  /**
   * Of a row of another tap, by the columns that the mapping names, or by all of it: a row that was changed since is
   * another message then, as it must be for Segment to take it.
   */
  ofRow(stream: string, identity: JsonValue, call: string): string {
    return this.id('singer', sha256(`${JSON.stringify(stream)} ${canonical(identity)}`).slice(0, 32), call);
  }

  private id(kind: string, what: string, call: string): string {
    if (what === '') throw new UnmappableError('has no id');
    const suffix = call === '' ? '' : `:${call}`;
    const whole = `${kind}:${this.source}:${what}${suffix}`;
    return whole.length <= LONGEST ? whole : `${kind}:${this.source}:${sha256(what).slice(0, 32)}${suffix}`;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with sorted keys: a tap may order its columns anew each time. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, part: JsonValue) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
