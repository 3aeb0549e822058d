import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Redactor } from '../../src/base/redactor.js';
import { StderrLogger } from '../../src/io/stderr-logger.js';
import { runTarget } from '../../src/segment/run.js';
import { circleRecords, circleSchema, state } from '../support/segment-rows.js';
import { SegmentServer } from '../support/segment-server.js';
import { lines, settingsFor } from '../support/segment-target.js';

/** What a person sees of a run. In this process, since a terminal is needed. */

let segment: SegmentServer;

beforeEach(async () => {
  segment = await SegmentServer.start({ latencyMs: 1000 });
});
afterEach(async () => {
  await segment.close();
});

/** @returns what was written to a stderr that is, or is not, a terminal */
async function told(isTTY: boolean): Promise<string> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough().resume()];
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 120 });
  const redactor = new Redactor();
  const now = Date.now;
  const env = Object.fromEntries(
    Object.entries(settingsFor(segment)).map(([key, value]) => [`TARGET_SEGMENT_${key.toUpperCase()}`, String(value)]),
  );
  let text = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  stdin.end(lines(circleSchema, ...circleRecords(0, 250), state(1), ...circleRecords(250, 1250)));
  const code = await runTarget(
    { config: ['ENV'], dryRun: false },
    {
      ...{ stdin: () => stdin, stdout, stderr, env, redactor, now, random: Math.random, pid: 1, version: '1.0.0' },
      logger: new StderrLogger({ stream: stderr, redactor, program: 'target-segment', pid: 1, now }),
      signal: new AbortController().signal,
    },
  );
  expect(code).toBe(0);
  return text;
}

test('a terminal shows how far it is, drawn over and over, and nothing of that is left at the end', async () => {
  const text = await told(true);
  const drawn = text.split('\r\u001b[2K').filter((line) => line.startsWith('segment: ') && !line.includes('\n'));
  expect(drawn.length).toBeGreaterThan(0);
  for (const line of drawn) {
    expect(line).toMatch(/^segment: [\d,]+ rows, [\d,]+ calls accepted, [\d,]+\/s, [\d,]+ under way$/);
  }
  expect(drawn.some((line) => line.startsWith('segment: 1,500 rows'))).toBe(true);
  const accepted = drawn.map((line) => Number(/([\d,]+) calls accepted/.exec(line)?.[1]?.replace(',', '')));
  expect(accepted).toEqual([...accepted].sort((a, b) => a - b));
  expect(accepted.at(-1)).toBeGreaterThan(0);
  // Every message stands alone on its line.
  const messages = text.split('\n').map((line) => line.split('\r\u001b[2K').at(-1));
  expect(messages.at(-1)).toBe('');
  for (const message of messages.slice(0, -1)) expect(message).toMatch(/^INFO /);
  expect(messages.at(-2)).toMatch(/^INFO segment: 1,500 rows, 1,501 calls, 1,501 accepted/);
});

test('elsewhere nothing is drawn; the metrics add up to the rows and the requests', async () => {
  const text = await told(false);
  expect(text).not.toContain('\u001b');
  const sums = new Map<string, number>();
  for (const [, json = ''] of text.matchAll(/^INFO METRIC: (.*)$/gm)) {
    const { metric, value } = JSON.parse(json) as { metric: string; value: number };
    sums.set(metric, (sums.get(metric) ?? 0) + value);
  }
  expect(sums.get('record_count')).toBe(1500);
  expect(sums.get('http_request_count')).toBe(segment.requests.length);
  expect(sums.get('job_duration')).toBeGreaterThan(0);
});
