import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { answerBytes, honest, idOf, rowText } from '../support/hostile-answers.js';
import { idsIn, showsToken, syncFrom } from '../support/hostile-run.js';
import { certificatePath, closeHostileServers, HostileServer } from '../support/hostile-server.js';

/** Connections that lead nowhere, or elsewhere: how long they hold a run, and that the token stays at home. */

const children: ChildProcess[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(closeHostileServers);

const trusting = { env: { NODE_EXTRA_CA_CERTS: certificatePath } };

/** The port of a process that listens, but takes no connection; those that wait for it fill its queue. */
async function fullPort(): Promise<number> {
  const script = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    require('node:fs').writeSync(1, String(this.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(text.toString());
  // Connections are taken by the system until the queue is full; the next one hears nothing.
  for (let tries = 0; tries < 20; tries++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    const isTaken = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
    if (!isTaken) return port;
  }
  throw new Error('the queue of the listening socket was never full');
}

describe('a connection that does not come about ends with the timeout', () => {
  test('TCP: nobody takes it', async () => {
    const port = await fullPort();
    const outcome = await syncFrom(`http://127.0.0.1:${port}`);
    const says = /nothing came for 1 seconds while waiting for the answer/;
    expect([outcome.code, outcome.records, outcome.errors]).toEqual([1, [], [expect.stringMatching(says)]]);
  });

  test('TLS: no handshake comes back', async () => {
    const server = await HostileServer.start(() => undefined);
    const outcome = await syncFrom(server.url.replace('http:', 'https:'));
    const says = /nothing came for 1 seconds while waiting for the answer/;
    expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(says)]]);
    expect(server.connections).toBeGreaterThan(0);
  });

  test('it is tried again, and goes on where the next one comes about', async () => {
    const server = await HostileServer.start((socket) => {
      // Only the second connection is answered.
      if (server.connections > 1) honest(socket, rowText(1));
    });
    const outcome = await syncFrom(server.url, { settings: { max_retry_seconds: 20 } });
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
    expect(outcome.stderr).toMatch(/WARNING Trying again/);
  });
});

describe('certificates', () => {
  test('one that nobody vouches for: an error at once, and no byte of the request', async () => {
    const server = await HostileServer.start((socket) => honest(socket, rowText(1)), { tls: true });
    const outcome = await syncFrom(server.url, { settings: { max_retry_seconds: 900 } });
    const says = /No safe connection to https:.*self-signed certificate.*base_url/;
    expect([outcome.code, outcome.errors, server.heads]).toEqual([1, [expect.stringMatching(says)], []]);
  });

  test('one of NODE_EXTRA_CA_CERTS is fine', async () => {
    const server = await HostileServer.start((socket) => honest(socket, rowText(1)), { tls: true });
    const outcome = await syncFrom(server.url, { options: trusting });
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
  });
});

describe('a path that is an address of somewhere else', () => {
  test.each(['//HOST/x', '///HOST/x', '/\\HOST/x', '\\\\HOST/x', 'http://HOST/x', '/ /HOST'])(
    '%j is a wrong setting: nobody gets the token',
    async (path) => {
      const [server, other] = [await HostileServer.start(() => undefined), await HostileServer.start(() => undefined)];
      const settings = { events_path: path.replace('HOST', `127.0.0.1:${other.port}`) };
      const outcome = await syncFrom(server.url, { settings });
      expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(/events_path must have the form/)]]);
      expect([server.connections, other.connections]).toEqual([0, 0]);
    },
  );
});

describe('redirects', () => {
  test.concurrent.each([301, 302, 303, 307, 308])('%p to itself: one request, one line', async (status) => {
    const server = await HostileServer.start((socket, { head }) => {
      socket.write(answerBytes('', { status, headers: { Location: head.split(' ')[1] ?? '' } }));
    });
    const outcome = await syncFrom(server.url, { settings: { max_retry_seconds: 900 } });
    expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(/redirect.*not followed.*base_url/)]]);
    expect(server.heads.length).toBe(1);
  });

  test('from https to http: nothing goes there', async () => {
    const plain = await HostileServer.start((socket) => honest(socket, rowText(66)));
    const server = await HostileServer.start(
      (socket) => void socket.write(answerBytes('', { status: 302, headers: { Location: `${plain.url}/` } })),
      { tls: true },
    );
    const outcome = await syncFrom(server.url, { options: trusting });
    expect([outcome.code, outcome.records, outcome.errors]).toEqual([1, [], [expect.stringMatching(/redirect/)]]);
    expect([server.heads.length, plain.connections]).toEqual([1, 0]);
  });
});

describe('a next_page_uri that leads elsewhere: the token does not go there', () => {
  test.concurrent.each<[string, (own: number, other: number) => string]>([
    ['another port', (_own, other) => `http://127.0.0.1:${other}/api`],
    ['without a scheme', (_own, other) => `//127.0.0.1:${other}/api`],
    ['with backslashes', (_own, other) => String.raw`\\127.0.0.1:${other}\api`],
    ['the own host as a user name', (own, other) => `http://127.0.0.1:${own}@127.0.0.1:${other}/api`],
    ['white space and line breaks', (_own, other) => ` \n\thttp:\n//127.0.0.1:${other}/api`],
    ['the same host by TLS', (own) => `https://127.0.0.1:${own}/api`],
    ['another scheme', () => 'file:///etc/passwd'],
  ])('%s', async (_what, uriOf) => {
    const other = await HostileServer.start((socket) => honest(socket, rowText(66)));
    const server = await HostileServer.start((socket) => {
      const pagination = JSON.stringify({ next_page_uri: uriOf(server.port, other.port) });
      socket.write(answerBytes(`{"events":[${rowText(1)},${rowText(2)}],"pagination":${pagination}}`));
    });
    const outcome = await syncFrom(server.url, { settings: { page_size: 2 } });
    expect([outcome.code, outcome.errors.length, other.connections]).toEqual([1, 1, 0]);
    expect(outcome.errors[0]).toMatch(/next_page_uri (of another origin|that is no URL)/);
    expect(showsToken(outcome)).toBe(false);
  });

  test('a user name in it is not put into the place of the token', async () => {
    const server = await HostileServer.start((socket, { number }) => {
      const next = `http://eve:secret@127.0.0.1:${server.port}/api/data/v1/events?page=2`;
      if (number > 1) honest(socket, rowText(3));
      else
        socket.write(answerBytes(`{"events":[${rowText(1)},${rowText(2)}],"pagination":{"next_page_uri":"${next}"}}`));
    });
    const outcome = await syncFrom(server.url, { settings: { page_size: 2 } });
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1), idOf(2), idOf(3)]]);
    for (const head of server.heads) expect(head).toMatch(/^authorization: Bearer tok-5ecret/im);
  });
});
