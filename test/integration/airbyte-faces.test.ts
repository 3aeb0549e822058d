import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { Bench, closeBenches, dist } from '../support/airbyte.js';
import { lastStates, recordsOf, statesOf, type AirbyteMessage } from '../support/airbyte-messages.js';

/** One engine, two faces: what they deliver is the same, and each can go on where the other stopped. */

afterAll(closeBenches);

interface SingerRun {
  readonly code: unknown;
  /** The text of each record, as it left. */
  readonly rows: readonly string[];
  /** The bookmark of each stream, in each STATE. */
  readonly bookmarks: readonly JsonObject[];
}

async function runTap(bench: Bench, settings: JsonObject, state?: JsonValue): Promise<SingerRun> {
  const args = ['--config', bench.config(settings), ...(state === undefined ? [] : ['--state', bench.file(state)])];
  const child = spawn(process.execPath, [join(dist, 'tap-circle.js'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const [code] = (await once(child, 'close')) as [unknown];
  const lines = stdout.split('\n').filter(Boolean);
  const bookmarks = lines.flatMap((line) => {
    const message = JSON.parse(line) as JsonValue;
    const value = isJsonObject(message) && message['type'] === 'STATE' ? message['value'] : undefined;
    return isJsonObject(value) && isJsonObject(value['bookmarks']) ? [value['bookmarks']] : [];
  });
  return { code, rows: lines.flatMap((line) => textBetween(line, '"record":', ',"time_extracted"')), bookmarks };
}

function textBetween(line: string, before: string, after: string): string[] {
  if (!line.startsWith('{"type":"RECORD"')) return [];
  return [line.slice(line.indexOf(before) + before.length, line.lastIndexOf(after))];
}

/** The states of a stream, one after the other, without repetitions. */
function course(states: readonly (JsonValue | undefined)[]): string[] {
  const texts = states.filter((state) => state !== undefined).map((state) => JSON.stringify(state));
  return texts.filter((text, index) => text !== texts[index - 1]);
}

function airbyteCourse(messages: readonly AirbyteMessage[], stream: string): string[] {
  return course(statesOf(messages, stream).map((state) => state.stream.stream_state));
}

function airbyteRows(stdout: string): string[] {
  return stdout.split('\n').flatMap((line) => textBetween(line, '"data":', ',"emitted_at"'));
}

test('both faces deliver the same rows, byte for byte, and equal bookmarks, page by page', async () => {
  // An old history, so that no bookmark depends on when a run began.
  const bench = await Bench.start({ events: 3000, visits: 700, end: '2024-01-01T00:00:00Z' });
  // Six pages of events: up to there, pages end at the same rows in whatever order their answers arrive.
  const settings = { page_size: 600 };
  const singer = await runTap(bench, settings);
  const airbyte = await bench.read({ settings, state: [] });
  expect([singer.code, airbyte.code, singer.rows.length]).toEqual([0, 0, 3700]);
  expect(airbyteRows(airbyte.stdout)).toEqual(singer.rows);
  for (const stream of ['events', 'visits']) {
    const expected = course(singer.bookmarks.map((bookmarks) => bookmarks[stream]));
    expect(expected.length).toBeGreaterThan(2);
    expect(airbyteCourse(airbyte.messages, stream)).toEqual(expected);
  }

  const { 1: halfway } = singer.bookmarks;
  const last = singer.bookmarks.at(-1) ?? {};
  const rest = await bench.read({ settings, state: { bookmarks: halfway ?? {} } });
  expect(recordsOf(rest.messages).length).toBeGreaterThan(2000);
  expect(airbyteRows(rest.stdout)).toEqual((await runTap(bench, settings, { bookmarks: halfway ?? {} })).rows);

  const added = bench.sandbox.addRows({ count: 3, created_at: '2024-01-02T00:00:00Z' });
  const fromSinger = await bench.read({ settings, state: { bookmarks: last } });
  const fromAirbyte = await runTap(bench, settings, { bookmarks: bookmarksOf(lastStates(airbyte.messages)) });
  expect(
    recordsOf(fromSinger.messages)
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...added].sort());
  expect(fromAirbyte.rows).toEqual(airbyteRows(fromSinger.stdout));
});

/** The stream_states of Airbyte as the bookmarks of Singer. */
function bookmarksOf(states: JsonValue): JsonObject {
  const entries = [states].flat().flatMap((state): [string, JsonValue][] => {
    const stream = isJsonObject(state) ? state['stream'] : undefined;
    const descriptor = isJsonObject(stream) ? stream['stream_descriptor'] : undefined;
    const blob = isJsonObject(stream) ? stream['stream_state'] : undefined;
    return isJsonObject(descriptor) && typeof descriptor['name'] === 'string' && blob !== undefined
      ? [[descriptor['name'], blob]]
      : [];
  });
  return Object.fromEntries(entries);
}
