/** How an answer goes over the wire. */
export interface Delivery {
  /** Milliseconds before the headers. */
  readonly delayMs: number;
  /** What comes instead of headers, if anything. */
  readonly instead: 'nothing' | 'reset' | 'stall';
  /** Which share of the body is sent. */
  readonly share: number;
  /** What Content-Length says; `none` is chunked. */
  readonly length: 'whole' | 'sent' | 'none';
  /** What follows the last byte sent. */
  readonly ending: 'end' | 'close' | 'reset' | 'stall';
  /** Into how many pieces the body is cut, and the pause between them. */
  readonly pieces: number;
  readonly pauseMs: number;
  /** Bytes of white space after the body. */
  readonly padding: number;
  /** Compress: as the client accepts, always, or say so and don't. */
  readonly gzip: 'accepted' | 'always' | 'claimed';
}

/** What a healthy server does. */
export const sound: Delivery = {
  delayMs: 0,
  instead: 'nothing',
  share: 1,
  length: 'whole',
  ending: 'end',
  pieces: 1,
  pauseMs: 0,
  padding: 0,
  gzip: 'accepted',
};
