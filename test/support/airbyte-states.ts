import { expect } from '@jest/globals';
import { statesOf, type AirbyteMessage } from './airbyte-messages.js';

/** Each STATE's recordCount is that of the records since the one before it, and the last one leaves none over. */
export function expectExactCounts(messages: readonly AirbyteMessage[]): void {
  const since = new Map<string, number>();
  for (const message of messages) {
    if (message.type === 'RECORD') since.set(message.record.stream, (since.get(message.record.stream) ?? 0) + 1);
    if (message.type !== 'STATE') continue;
    const { name } = message.state.stream.stream_descriptor;
    expect(message.state.sourceStats.recordCount).toBe(since.get(name) ?? 0);
    since.set(name, 0);
  }
  expect([...since.values()].filter((left) => left > 0)).toEqual([]);
}

/** No two states of a stream are equal: the platform tells them apart by their hash. */
export function expectDistinctStates(messages: readonly AirbyteMessage[]): void {
  const names = new Set(statesOf(messages).map(({ stream }) => stream.stream_descriptor.name));
  for (const name of names) {
    const states = statesOf(messages, name).map(({ stream }) => JSON.stringify(stream.stream_state));
    expect(new Set(states).size).toBe(states.length);
  }
}
