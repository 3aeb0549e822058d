import { tickBefore, type Instant } from '../base/instant.js';
import type { Sighting } from './sighting.js';

/** Where a window of pages begins: rows created at this instant or later. */
export interface Anchor {
  readonly at: Instant;
  /** The precision of the text that it was read from, in digits of a second. */
  readonly digits: number;
}

/** The latest instant of the window, if it lies beyond the anchor: where the next window may begin. */
export function furthest(
  anchor: Anchor | null,
  reached: Anchor | null,
  page: Sighting,
  trusted: boolean,
): Anchor | null {
  if (!trusted || page.last === null || (anchor !== null && page.last <= anchor.at)) return reached;
  if (reached !== null && page.last <= reached.at) return reached;
  return { at: page.last, digits: page.lastDigits };
}

/** What to ask for so that rows at the anchor come again: the filter is strict. */
export function createdAtGt(anchor: Anchor | null): string | undefined {
  return anchor === null ? undefined : tickBefore(anchor.at, anchor.digits);
}
