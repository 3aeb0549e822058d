import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { eventNames, payloadFields, payloadObjects, payloadTypes, visitName } from '../../src/circle/event-names.js';
import { startSandbox, type SandboxOptions, type TrueRow } from '../../src/sandbox/index.js';

/** Microseconds of an ISO text, by other means than the sandbox's: BigInt, and no Date for the fraction or the offset. */
function micros(text: string): bigint {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (match === null) throw new Error(`not a timestamp: ${text}`);
  const [, wall = '', fraction = '', , sign = '+', hours = '0', minutes = '0'] = match;
  const offset = (BigInt(hours) * 60n + BigInt(minutes)) * (sign === '-' ? -60n : 60n);
  return (BigInt(Date.parse(`${wall}Z`)) / 1000n - offset) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

async function rowsOf(options: SandboxOptions, stream: 'events' | 'visits' = 'events'): Promise<TrueRow[]> {
  const sandbox = await startSandbox(options);
  const rows = [...sandbox.rows(stream)];
  await sandbox.close();
  return rows;
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error('not an object');
  return value;
}

function at(value: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

const events = await rowsOf({ events: 6000, visits: 0 });
const parsed = events.map(({ text }) => parse(text));
const visits = await rowsOf({ events: 0, visits: 300 }, 'visits');

describe('the same recipe', () => {
  test('gives the same bytes, on any start', async () => {
    const again = await rowsOf({ events: 6000, visits: 0 });
    expect(again.map(({ text }) => text).join('\n')).toBe(events.map(({ text }) => text).join('\n'));
  });

  test('but another seed gives other rows and ids', async () => {
    const other = await rowsOf({ events: 6000, visits: 0, seed: 2 });
    const ids = new Set(events.map(({ id }) => id));
    expect(other.filter(({ id }) => ids.has(id))).toEqual([]);
    expect(other.map(({ created }) => created)).not.toEqual(events.map(({ created }) => created));
  });

  test('stays what it was: the hash of all rows is known by heart', () => {
    const hash = createHash('sha256');
    for (const { text } of [...events, ...visits]) hash.update(`${text}\n`);
    expect([visits[0]?.text, hash.digest('hex')]).toMatchInlineSnapshot(`
      [
        "{"id":"2555a12b-d422-4c5d-bb68-c5976b8b1838","name":"community_member.visit","triggered_at":"2026-01-02T01:51:21.885Z","created_at":"2026-01-02T07:21:26.386004+05:30","version":"1","payload":{"visit":{"id":"738640f8-541d-4643-a945-dc0bff00a9bc","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148","country":"FR","region":"Île-de-France","city":"Paris","community_member_id":3000082,"user_id":7000138},"initiator":{"type":"CommunityMember","public_uid":"78cc718e","name":"Nadia Patel","last_name":"Patel","id":3000082,"first_name":"Nadia","email":"nadia.patel.27@example.com","is_admin":false,"is_moderator":false}}}",
        "0840995084e9579f3f98ebc363ab974c7fe3eae6b041fad5706fc62af06c17eb",
      ]
    `);
  });

  test('fits into the time that it is given', async () => {
    const rows = await rowsOf({ events: 500, start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' });
    expect(rows).toHaveLength(500);
    expect(rows.every(({ created }) => created >= '2026-03-01' && created < '2026-03-02')).toBe(true);
  });
});

describe('rows', () => {
  test('have every name of the reference, also in a short history', async () => {
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(eventNames));
    const few = await rowsOf({ events: eventNames.length });
    expect(new Set(few.map(({ name }) => name))).toEqual(new Set(eventNames));
    expect(new Set(visits.map(({ name }) => name))).toEqual(new Set([visitName]));
  });

  test('have exactly the fields and payload objects of the reference', () => {
    const wrong = [...parsed, ...visits.map(({ text }) => parse(text))].flatMap(complaints);
    expect(wrong).toEqual([]);
  });

  test('are found in the order of created_at, whose text is that instant to the microsecond', () => {
    const truth = events.map(({ createdMicros }) => BigInt(createdMicros));
    expect(parsed.map((row) => micros(textOf(row, 'created_at')))).toEqual(truth);
    expect(events.map(({ created }) => micros(created))).toEqual(truth);
    expect([...truth].sort((a, b) => (a < b ? -1 : Number(a > b)))).toEqual(truth);
  });

  test('write created_at in mixed ways: mostly UTC with six digits', () => {
    const texts = parsed.map((row) => textOf(row, 'created_at'));
    const share = (pattern: RegExp): number => texts.filter((text) => pattern.test(text)).length / texts.length;
    expect(share(/\.\d{6}Z$/)).toBeGreaterThan(0.6);
    for (const pattern of [/-06:00$/, /\+05:30$/, /\.\d{3}(Z|[+-])/, /:\d\d(Z|[+-]\d\d:)/]) {
      expect(share(pattern)).toBeGreaterThan(0.005);
      expect(share(pattern)).toBeLessThan(0.3);
    }
  });

  test('have unique ids of the form of a UUID', () => {
    const ids = [...events, ...visits].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toEqual([]);
  });

  test('come in bursts of 2 to 60 that share a microsecond, ordered by id', () => {
    const groups = new Map<number, TrueRow[]>();
    for (const row of events) groups.set(row.createdMicros, [...(groups.get(row.createdMicros) ?? []), row]);
    const sizes = [...groups.values()].map((group) => group.length);
    expect(sizes.filter((size) => size > 1).length).toBeGreaterThan(20);
    expect(Math.max(...sizes)).toBeGreaterThan(20);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(61);
    for (const group of groups.values()) {
      const ids = group.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort());
    }
  });

  test('are stored within seconds, but for back-populated ones that are months old', () => {
    const delays = parsed.map((row) => micros(textOf(row, 'created_at')) - micros(textOf(row, 'triggered_at')));
    const day = 86_400_000_000n;
    expect(delays.every((delay) => delay >= 0n)).toBe(true);
    const old = delays.filter((delay) => delay > 30n * day);
    expect(delays.filter((delay) => delay > 10_000_000n)).toEqual(old);
    expect(old.length).toBeGreaterThan(20);
    expect(old.length).toBeLessThan(300);
  });
});

describe('the community', () => {
  test('has no address outside the example domains', () => {
    const emails = events.flatMap(({ text }) => [...text.matchAll(/[^"]*@[^"]*/g)].map(([email]) => email));
    expect(emails.length).toBeGreaterThan(3000);
    expect(emails.filter((email) => !/^[a-z.0-9]+@example\.(com|org)$/.test(email))).toEqual([]);
  });

  test('has threads: a reply answers an earlier comment on the same post', () => {
    const postOf = new Map<JsonValue | undefined, JsonValue | undefined>();
    let roots = 0;
    let replies = 0;
    for (const row of parsed.filter(({ name }) => name === 'post.comment.created')) {
      const comment = at(row, 'payload', 'comment');
      const parent = at(comment, 'parent_comment_id');
      const post = at(comment, 'post_id');
      expect(at(row, 'payload', 'posts_basic', 'id')).toBe(post);
      expect(at(row, 'payload', 'initiator', 'id')).toBe(at(comment, 'community_member_id'));
      if (parent === null) roots++;
      else if (postOf.has(parent)) {
        replies++;
        expect(postOf.get(parent)).toBe(post);
      }
      postOf.set(at(comment, 'id'), post);
    }
    expect(roots).toBeGreaterThan(50);
    expect(replies).toBeGreaterThan(20);
  });

  test('mixes its events like people do: more likes and messages than new courses', () => {
    const count = (name: string): number => parsed.filter((row) => row['name'] === name).length;
    expect(count('post.liked')).toBeGreaterThan(2 * count('post.basic.published'));
    expect(count('chat_space.chat_rooms.message.created')).toBeGreaterThan(10 * count('courses.completed'));
  });

  test('writes JSON as Rails does, with & escaped', () => {
    const text = events.map((row) => row.text).join('\n');
    expect(text).toContain('Wins \\u0026 Milestones');
    expect(text).not.toMatch(/[&<>]/);
  });
});

/** What of a row is not as the reference has it. */
function complaints(row: JsonObject): string[] {
  const { payload } = row;
  const name = textOf(row, 'name');
  if (!isJsonObject(payload)) return [`${name}: no payload`];
  const wrong = Object.entries(payload).flatMap(([object, value]) => {
    const fields = payloadFields[object] ?? {};
    if (!isJsonObject(value)) return [`${name}: ${object} is no object`];
    const found = Object.entries(fields).flatMap(([field, type]) =>
      hasType(value[field], type) || (field === 'parent_comment_id' && value[field] === null)
        ? []
        : [`${name}: ${object}.${field} is ${JSON.stringify(value[field])}`],
    );
    const keys = Object.keys(value).join();
    if (object !== 'recurring_event_setting' && keys !== Object.keys(fields).join())
      found.push(`${name}: ${object}: ${keys}`);
    if (payloadTypes[object] !== undefined && value['type'] !== payloadTypes[object])
      found.push(`${name}: ${object}.type`);
    return found;
  });
  if (Object.keys(row).join() !== 'id,name,triggered_at,created_at,version,payload') wrong.push(`${name}: keys`);
  if (row['version'] !== '1') wrong.push(`${name}: version`);
  if (Object.keys(payload).join() !== payloadObjects[name]?.join()) wrong.push(`${name}: payload`);
  return wrong;
}

function hasType(value: JsonValue | undefined, type: string): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'date-time') return typeof value === 'string' && micros(value) > 0n;
  return typeof value === 'string' && value !== '';
}

/** A field that has to be a text. */
function textOf(row: JsonObject | undefined, key: string): string {
  const value = row?.[key];
  if (typeof value !== 'string') throw new Error(`${key} is no text`);
  return value;
}
