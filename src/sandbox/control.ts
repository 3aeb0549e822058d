import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { isJsonObject } from '../base/json.js';
import { addRows, deleteRows } from './control-rows.js';
import { parseRules } from './fault-rules.js';
import { InvalidInput, Reader } from './reader.js';
import { streamNames, type StreamName } from './rows.js';
import type { State } from './state.js';

/** Where other processes read and steer the sandbox, without a token. */
export const CONTROL_PREFIX = '/sandbox';

const MOST_BODY = 256 * 2 ** 20;
const ROWS_PER_WRITE = 500;

/** Answers a request to one of the control endpoints; `docs/sandbox.md` lists them. */
export async function control(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { method = 'GET' } = request;
  const what = `${method} ${url.pathname.slice(CONTROL_PREFIX.length)}`;
  try {
    if (what === 'GET /stats') json(response, 200, state.stats());
    else if (what === 'GET /requests') json(response, 200, state.journal.entries);
    else if (what === 'GET /rows') await sendRows(state, response, url);
    else if (what === 'POST /rows') json(response, 201, idsAnswer(addRows(state, await readJson(request))));
    else if (what === 'DELETE /rows') json(response, 200, idsAnswer(deleteRows(state, await readJson(request))));
    else if (what === 'GET /faults') json(response, 200, { rules: state.faults.rules, struck: state.stats().faults });
    else if (what === 'POST /faults') json(response, 200, { rules: setFaults(state, await readJson(request)) });
    else if (what === 'POST /reset') {
      state.reset();
      json(response, 200, state.stats());
    } else json(response, 404, { error: `There is no ${method} ${url.pathname}` });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    json(response, 400, { error: error.message });
  }
}

function idsAnswer(ids: readonly string[]): object {
  return { count: ids.length, ids };
}

/** A list of rules, or `{"seed": 7, "rules": [...]}`. */
function setFaults(state: State, value: unknown): unknown {
  if (!isJsonObject(value)) {
    state.faults.set(parseRules(value));
  } else {
    const reader = new Reader(value, 'faults', ['seed', 'rules']);
    state.faults.set(parseRules(reader.list('rules') ?? []), reader.whole('seed', 0, 2 ** 32 - 1));
  }
  return state.faults.rules;
}

/** All visible rows of a stream, oldest first, one JSON object a line. */
async function sendRows(state: State, response: ServerResponse, url: URL): Promise<void> {
  const stream = url.searchParams.get('stream') ?? 'events';
  if (!isStreamName(stream)) throw new InvalidInput(`stream: expected ${streamNames.join(' or ')}`);
  const now = state.clock.now();
  const store = state.store(stream, now);
  const numbers = store.visible(now);
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  for (let from = 0; from < numbers.length && !response.destroyed; from += ROWS_PER_WRITE) {
    const texts = numbers.slice(from, from + ROWS_PER_WRITE).map((n) => store.rows.text(n));
    if (!response.write(`${texts.join('\n')}\n`)) {
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  }
  response.end();
}

function isStreamName(text: string): text is StreamName {
  return streamNames.some((name) => name === text);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  const text = `${JSON.stringify(value)}\n`;
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MOST_BODY) throw new InvalidInput('the body is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new InvalidInput('the body is not JSON');
  }
}
