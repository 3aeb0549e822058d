import type { Item } from '../../src/segment/delivery/item.js';
import type { Call } from '../../src/segment/mapping/calls.js';

/** A call as small as it may be. */
export function call(messageId: string, properties: Record<string, string> = {}): Call {
  return {
    type: 'track',
    event: 'Thing Done',
    userId: 'u',
    messageId,
    properties,
    context: {},
    timestamp: '2026-01-01T00:00:00Z',
  };
}

/** The call `m<number>` on its way. */
export function item(number: number, bytes = 100): Item {
  return { call: call(`m${number}`), number, bytes, stream: 's', line: number, isSettled: false };
}
