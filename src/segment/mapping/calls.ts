import type { JsonObject } from '../../base/json.js';

/** Who a call is about: Segment takes none that has neither. */
export type Identity =
  | { readonly userId: string; readonly anonymousId?: string }
  | { readonly userId?: string; readonly anonymousId: string };

/** What every call to Segment says beside what it is about (Segment's "common fields"). */
export type CommonFields = Identity & {
  /** ISO 8601 with a zone; absent where the row has no time, and then Segment takes that of the sending. */
  readonly timestamp?: string;
  /** Segment drops a second call with the same id, so a row that is sent again does no harm. */
  readonly messageId: string;
  readonly context: JsonObject;
};

export type TrackCall = CommonFields & {
  readonly type: 'track';
  readonly event: string;
  readonly properties: JsonObject;
};

export type IdentifyCall = CommonFields & {
  readonly type: 'identify';
  readonly traits: JsonObject;
};

export type GroupCall = CommonFields & {
  readonly type: 'group';
  readonly groupId: string;
  readonly traits: JsonObject;
};

export type PageCall = CommonFields & {
  readonly type: 'page';
  readonly name?: string;
  readonly category?: string;
  readonly properties: JsonObject;
};

export type Call = TrackCall | IdentifyCall | GroupCall | PageCall;

/** A row that no call can be made of; `message` says why, without values of the row. */
export class UnmappableError extends Error {}
