import type { Call } from '../mapping/calls.js';

/**
 * Segment's limits (HTTP API, "Max request size"): 32 KB a call, 500 KB a request. The library checks them too, but
 * counts wrongly, so nothing here relies on it. A batch stays well below, as the library means.
 */
const MOST_CALL_BYTES = 32 * 1024;
export const MOST_BATCH_BYTES = 480_000;
/** The calls of one request (the API takes 2,500; more than this makes nothing faster). */
export const MOST_BATCH_CALLS = 100;
/** What the library adds to each call (`_metadata`, `context.library`, `integrations`), and more than that. */
const ADDED_BYTES = 320;

/** How many bytes a call takes in a request, at most. */
export function sizeOf(call: Call): number {
  return Buffer.byteLength(JSON.stringify(call)) + ADDED_BYTES;
}

/** Why Segment would not take a call of that size; null where it would. */
export function tooLarge(bytes: number): string | null {
  return bytes <= MOST_CALL_BYTES ? null : `It has ${bytes} bytes; Segment takes ${MOST_CALL_BYTES} at most`;
}
