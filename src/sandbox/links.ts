/** What stands under `pagination`: absent (undefined) is the reference's way, null is a server of another mind. */
export interface Links {
  readonly next: string | null | undefined;
  readonly previous: string | null | undefined;
}

/** The addresses of a walk's pages. */
export interface Addresses {
  /** Of the page that was asked for. */
  readonly own: string;
  readonly page: number;
  /** Of another page of the same walk: the same parameters, with the walk's base_timestamp. */
  readonly to: (page: number) => string;
}

/** The addresses of the walk that a request belongs to. @param base the walk's base_timestamp */
export function addressesOf(asked: URL, page: number, base: string): Addresses {
  return {
    own: asked.href,
    page,
    to: (other) => {
      const url = new URL(asked);
      url.searchParams.set('page', String(other));
      url.searchParams.set('base_timestamp', base);
      return url.href;
    },
  };
}

/** The start of a page's body, up to its rows. */
export function bodyHead({ next, previous }: Links): string {
  // JSON.stringify leaves out what is undefined: keys are absent at the ends.
  return `{"pagination":${JSON.stringify({ next_page_uri: next, previous_page_uri: previous })},"events":[`;
}
