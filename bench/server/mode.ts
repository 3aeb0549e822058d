/** How the server behaves; a measurement sets it before it begins. */
export interface Mode {
  /** How many rows there are for the client, of all that are prepared. */
  readonly visible: number;
  /** Each answer takes a time between these two, in milliseconds; by chance, but the same chance in each run. */
  readonly latencyMs: readonly [number, number];
  /** More requests than this in any 60 seconds are answered 429; 0 is no limit. */
  readonly perMinute: number;
  /** Answers are compressed, each page once, and kept: for what compression costs the client. */
  readonly gzip: boolean;
}

export const plainMode: Mode = { visible: Infinity, latencyMs: [0, 0], perMinute: 0, gzip: false };

/** The mode as the query of a URL. */
export function modeQuery({ visible, latencyMs: [least, most], perMinute, gzip }: Mode): string {
  const given = { visible, least, most, perMinute, gzip: Number(gzip) };
  return Object.entries(given)
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
}

/** What {@link modeQuery} wrote. */
export function modeOf(params: URLSearchParams): Mode {
  const number = (name: string): number => Number(params.get(name) ?? '0');
  return {
    visible: number('visible'),
    latencyMs: [number('least'), number('most')],
    perMinute: number('perMinute'),
    gzip: number('gzip') === 1,
  };
}

/** What the server saw since the mode was set. */
export interface Seen {
  readonly requests: number;
  readonly refused: number;
  readonly rows: number;
  /** Bytes of bodies. */
  readonly bytes: number;
  /** Milliseconds since 1970; 0 where nothing came. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly mostAtOnce: number;
}

export const nothingSeen: Seen = {
  requests: 0,
  refused: 0,
  rows: 0,
  bytes: 0,
  firstAt: 0,
  lastAt: 0,
  mostAtOnce: 0,
};
