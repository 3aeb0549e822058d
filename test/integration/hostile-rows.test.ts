import { afterAll, describe, expect, test } from '@jest/globals';
import { answerBytes, idOf, pageText, rowText } from '../support/hostile-answers.js';
import { faces, idsIn, syncFrom, type HostileRun, type Outcome } from '../support/hostile-run.js';
import { closeHostileServers, HostileServer } from '../support/hostile-server.js';

/** JSON that is right, and that readers trip over: what arrives of it, in both faces and however rows are changed. */

afterAll(closeHostileServers);

const hashing = { hash_fields: ['payload.initiator.email'], hash_salt: 'a salt that nobody knows' };
/** Every way a row may take. */
const ways: readonly (readonly [string, HostileRun])[] = [
  ['as it is', {}],
  ['as it is, Airbyte', { face: 'airbyte' }],
  ['with a selection', { without: ['version'] }],
  ['with hash_fields', { settings: hashing }],
  ['with hash_fields, Airbyte', { face: 'airbyte', settings: hashing }],
  ['with flattening', { settings: { flattening_enabled: true } }],
  ['with all of them', { without: ['version'], settings: { ...hashing, flattening_enabled: true } }],
];
const changing = ways.slice(2);
const flattening = ways.slice(5);
const nested = ways.slice(0, 5);

async function syncRows(how: HostileRun, ...rows: readonly (string | Buffer)[]): Promise<Outcome> {
  const [start = '', end = ''] = pageText('@').split('@');
  const parts = rows.flatMap((row, place) => [Buffer.from(place === 0 ? '' : ','), Buffer.from(row)]);
  const body = Buffer.concat([Buffer.from(start), ...parts, Buffer.from(end)]);
  const server = await HostileServer.start((socket) => void socket.write(answerBytes(body)));
  const outcome = await syncFrom(server.url, how);
  await server.close();
  return outcome;
}

/** The one record's text, of a run that went well. */
async function recordOf(how: HostileRun, payload: string): Promise<string> {
  const outcome = await syncRows(how, rowText(1, payload));
  expect([outcome.code, outcome.errors, outcome.records.length]).toEqual([0, [], 1]);
  return outcome.records[0] ?? '';
}

describe('numbers', () => {
  const long = ['1e400', '-0', '-0.0', '9007199254740993', '0.1000000000000000055511151231257827', '1e-400'];
  const payload = `{"list":[${long.join(',')}],"one":-0,"max":18446744073709551615,"e":1E+2,"tail":1.10,"lat":-0.127758}`;

  test.concurrent.each(ways.slice(0, 2))('%s: the very text', async (_way, how) => {
    expect(await recordOf(how, payload)).toContain(`"payload":${payload}`);
  });

  test.concurrent.each(ways.slice(2, 5))('%s: every digit; 1E+2 is 100, 1.10 is 1.1', async (_way, how) => {
    const wanted = payload.replace('1E+2', '100').replace('1.10', '1.1');
    expect(await recordOf(how, payload)).toContain(`"payload":${wanted}`);
  });

  test.concurrent.each(flattening)('%s: every digit', async (_way, how) => {
    const record = await recordOf(how, payload);
    expect(record).toContain(`"payload__list":"[${long.join(',')}]","payload__one":-0`);
    expect(record).toContain('"payload__max":18446744073709551615,"payload__e":100,"payload__tail":1.1,');
    expect(record).toContain('"payload__lat":-0.127758');
  });

  test.concurrent.each(ways.slice(0, 5))('%s: a lone -0 keeps its sign', async (_way, how) => {
    expect(await recordOf(how, '{"a":-0}')).toContain('"payload":{"a":-0}');
  });

  test.concurrent.each(faces)('as ids beyond 2^53: neighbours are two rows, %s', async (face) => {
    const large = ['9007199254740992', '9007199254740993', '9007199254740994'];
    const rows = large.map((id, n) => rowText(n).replace(`"${idOf(n)}"`, id));
    const outcome = await syncRows({ face }, ...rows);
    expect([outcome.code, outcome.records]).toEqual([0, rows]);
    expect(outcome.states.at(-1)).toContain('"9007199254740993"');
  });
});

describe('keys that mean something in JavaScript', () => {
  const special =
    '{"__proto__":{"admin":true,"id":7},"constructor":{"prototype":{"x":1}},"prototype":null,"toString":"s"}';

  test.concurrent.each(nested)('%s: pass unchanged, in the payload and in the row', async (_way, how) => {
    const row = rowText(1, special).replace('{', '{"__proto__":{"id":"other","created_at":null},"constructor":1,');
    for (const text of [row, row.replace('"toString":"s"', '"toString":9007199254740993')]) {
      const outcome = await syncRows(how, text, rowText(2));
      expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1), idOf(2)]]);
      const wanted = how.without === undefined ? text : text.replace('"version":"1",', '');
      expect(outcome.records[0]).toBe(wanted);
      // The next row has nothing of them.
      expect(outcome.records[1]).not.toMatch(/admin|__proto__/);
    }
  });

  test.concurrent.each(flattening)('%s: become columns', async (_way, how) => {
    const record = await recordOf(how, special);
    expect(record).toContain(
      '"payload____proto____admin":true,"payload____proto____id":7,' +
        '"payload__constructor__prototype__x":1,"payload__prototype":null,"payload__toString":"s"}',
    );
    expect(record).toContain(`{"id":"${idOf(1)}"`);
  });
});

describe('duplicate keys', () => {
  const payload = '{"a":1,"a":2,"space":{"id":1},"space":{"id":2,"id":3}}';

  test.concurrent.each(ways.slice(0, 2))('%s: pass as they are', async (_way, how) => {
    expect(await recordOf(how, payload)).toContain(`"payload":${payload}`);
  });

  test.concurrent.each(changing)('%s: the last one counts', async (_way, how) => {
    for (const [given, big] of [
      [payload, ''],
      [payload.replace('{', '{"big":9007199254740993,'), '9007199254740993'],
    ] as const) {
      const record = await recordOf(how, given);
      const flat = record.includes('payload__a');
      const bigPart = big === '' ? '' : flat ? `"payload__big":${big},` : `"big":${big},`;
      const wanted = flat
        ? `${bigPart}"payload__a":2,"payload__space__id":3`
        : `"payload":{${bigPart}"a":2,"space":{"id":3}}`;
      expect(record).toContain(wanted);
    }
  });

  test('id and created_at twice: the last one counts, in the state, too', async () => {
    const row = rowText(1).replace('{', `{"id":"first","created_at":"1999-01-01T00:00:00Z",`);
    const outcome = await syncRows({}, row);
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
    expect(outcome.states.at(-1)).toContain(`"ids":["${idOf(1)}"]`);
    expect(outcome.states.at(-1)).not.toContain('1999');
  });
});

describe('nesting', () => {
  const deep = (levels: number): string => `{"deep":${'['.repeat(levels)}1${']'.repeat(levels)}}`;

  test.concurrent.each(ways.slice(0, 2))('%s: 10,000 deep comes through', async (_way, how) => {
    expect(await recordOf(how, deep(10_000))).toContain(`"payload":${deep(10_000)}`);
  });

  test.concurrent.each(nested)('%s: 500 deep comes through', async (_way, how) => {
    expect(await recordOf(how, deep(500))).toContain(`"payload":${deep(500)}`);
    expect(await recordOf(how, deep(500).replace('1', '9007199254740993'))).toContain('9007199254740993');
  });

  test.concurrent.each(changing)('%s: 10,000 deep is an error that says so', async (_way, how) => {
    const outcome = await syncRows(how, rowText(1), rowText(2, deep(10_000)));
    expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(/nested too deeply/)]]);
    expect(outcome.records).toEqual([]);
    expect(outcome.stderr).not.toMatch(/^\s+at |Unexpected/m);
  });
});

describe('text', () => {
  test.concurrent.each(ways)(
    '%s: NUL and lone surrogates become U+FFFD, counted; separators are escaped',
    async (_way, how) => {
      const payload = String.raw`{"nul":"a\u0000b","lone":"\ud800x","low":"\uDC00","pair":"\ud83d\ude00","esc":"\\u0000","k\u0000":1,`;
      const outcome = await syncRows(how, rowText(1, `${payload}"sep":"a\u2028b\u2029c\u0085d"}`));
      const record = outcome.records[0] ?? '';
      expect(outcome.code).toBe(0);
      const texts = ['a\uFFFDb', '\uFFFDx', '\uFFFD', '\u{1F600}', String.raw`\u0000`, 1, 'a\u2028b\u2029c\u0085d'];
      const row = JSON.parse(record) as Record<string, unknown>;
      const inside = Object.entries(row).filter(([key]) => key.startsWith('payload__'));
      const payloadOf = row['payload'] ?? Object.fromEntries(inside.map(([key, value]) => [key.slice(9), value]));
      expect(Object.values(payloadOf)).toEqual(texts);
      expect(Object.keys(payloadOf)).toContain('k\uFFFD');
      expect(record).toContain(String.raw`a\u2028b\u2029c\u0085d`);
      expect(outcome.stdout + outcome.stderr).toMatch(
        /4 NULs or lone surrogates in rows of events were replaced by U\+FFFD/,
      );
    },
  );

  test.concurrent.each(nested)(
    '%s: invalid UTF-8 becomes U+FFFD, and the line stays JSON in UTF-8',
    async (_way, how) => {
      const [start = '', end = ''] = rowText(1, '{"bad":"@"}').split('@');
      const bad = Buffer.concat([
        Buffer.from(start),
        Buffer.from([0x61, 0xff, 0xed, 0xa0, 0x80, 0xc0, 0x62]),
        Buffer.from(end),
      ]);
      const outcome = await syncRows(how, bad);
      expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
      expect(outcome.records[0]).toMatch(/"bad":"a\uFFFD+b"/);
    },
  );
});
