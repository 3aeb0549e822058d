import { afterAll, describe, expect, test } from '@jest/globals';
import { answerBytes, idOf, pageText, rowText } from '../support/hostile-answers.js';
import { faces, idsIn, syncFrom } from '../support/hostile-run.js';
import { closeHostileServers, HostileServer } from '../support/hostile-server.js';

/** A `Date` header that no clock shows: rows and bookmark are as with none at all. */

afterAll(closeHostileServers);

const page = pageText(rowText(1), rowText(2));

describe.each(faces)('%s', (face) => {
  test.concurrent.each([
    // The last time that JavaScript knows, a year that does not sort as text, and times before any row.
    'Sat, 13 Sep 275760 00:00:00 GMT',
    'Wed, 01 Jan 12026 00:00:00 GMT',
    '-000001-01-01T00:00:00Z',
    'Wed, 31 Dec 1969 23:59:59 GMT',
    'yesterday',
    '',
  ])('Date: %s', async (date) => {
    const server = await HostileServer.start((socket) => {
      socket.write(answerBytes(page, { headers: { Date: date } }));
    });
    const outcome = await syncFrom(server.url, { face });
    expect([outcome.code, outcome.errors, idsIn(outcome)]).toEqual([0, [], [idOf(1), idOf(2)]]);
    expect(outcome.states.at(-1)).toContain('"replication_key_value":"2026-01-01T00:00:02.000Z"');
  });
});
