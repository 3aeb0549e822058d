/** A call as it arrives at Segment. */
export interface SentCall {
  readonly type: string;
  readonly messageId: string;
  readonly userId?: unknown;
  readonly anonymousId?: unknown;
  readonly groupId?: unknown;
  readonly event?: string;
  readonly name?: string;
  readonly category?: unknown;
  readonly timestamp?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * What Segment's documentation forbids and its API lets pass (a 200, and then the call is dropped or is useless), each
 * as a sentence; empty where all is well.
 */
export function complaintsAbout(call: SentCall): string[] {
  const complaints: string[] = [];
  const expect = (isRight: boolean, what: string): void => {
    if (!isRight) complaints.push(`${call.type} ${call.event ?? call.name ?? ''}: ${what}`);
  };
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  expect(['track', 'identify', 'group', 'page'].includes(call.type), 'unknown type');
  expect(isText(call.messageId) && call.messageId.length < 100, `messageId ${call.messageId}`);
  expect(isText(call.userId) || isText(call.anonymousId), 'neither userId nor anonymousId');
  expect(call.userId === undefined || isText(call.userId), 'userId is no text');
  expect(call.anonymousId === undefined || isText(call.anonymousId), 'anonymousId is no text');
  expect(typeof call.timestamp === 'string' && iso.test(call.timestamp), `timestamp ${String(call.timestamp)}`);
  expect(Number.isFinite(Date.parse(String(call.timestamp))), `timestamp ${String(call.timestamp)}`);
  if (call.type === 'track') expect(isText(call.event), 'track without event');
  if (call.type === 'group') expect(isText(call.groupId), 'group without groupId');
  const fields = call.properties ?? call.traits;
  expect(typeof fields === 'object', 'neither properties nor traits');
  expect(Object.keys(fields ?? {}).length <= 255, 'over 255 properties');
  return complaints;
}
