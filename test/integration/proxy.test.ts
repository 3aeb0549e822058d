import { afterAll, describe, expect, test } from '@jest/globals';
import { honest, idOf, rowText } from '../support/hostile-answers.js';
import { idsIn, syncFrom } from '../support/hostile-run.js';
import { certificatePath, closeHostileServers, HostileServer } from '../support/hostile-server.js';
import { closeProxyServers, ProxyServer } from '../support/proxy-server.js';

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, by a proxy that is real. */

afterAll(async () => {
  await closeProxyServers();
  await closeHostileServers();
});

const api = (tls: boolean): Promise<HostileServer> =>
  HostileServer.start((socket) => honest(socket, rowText(1)), { tls });

describe('a proxy', () => {
  test('before an http address is asked for the whole URL', async () => {
    const [server, proxy] = [await api(false), await ProxyServer.start()];
    const outcome = await syncFrom(server.url, { options: { env: { HTTP_PROXY: proxy.url() } } });
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
    expect(proxy.asked).toEqual([expect.stringContaining(`GET ${server.url}/api/data/v1/`)]);
  });

  test('that is spoken to by TLS itself', async () => {
    const [server, proxy] = [await api(false), await ProxyServer.start(true)];
    const env = { HTTP_PROXY: proxy.url(), NODE_EXTRA_CA_CERTS: certificatePath };
    const outcome = await syncFrom(server.url, { options: { env } });
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
    expect(proxy.asked).toEqual([expect.stringContaining(`GET ${server.url}/api/data/v1/`)]);
  });

  test('before an https address sees a tunnel and nothing that is in it', async () => {
    const [server, proxy] = [await api(true), await ProxyServer.start()];
    const env = { HTTPS_PROXY: proxy.url(), NODE_EXTRA_CA_CERTS: certificatePath };
    const outcome = await syncFrom(server.url, { options: { env } });
    expect([outcome.code, idsIn(outcome)]).toEqual([0, [idOf(1)]]);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
    expect(server.heads[0]).toMatch(/^GET \/api\/data\/v1\//);
  });

  test.each([false, true])('gets its own credentials, the API does not (TLS: %p)', async (tls) => {
    const [server, proxy] = [await api(tls), await ProxyServer.start()];
    const variable = tls ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    const credentials = 'us%20er:p%40%3A%2F%25w%C3%A9@';
    const env = { [variable]: proxy.url(credentials), NODE_EXTRA_CA_CERTS: certificatePath };
    const outcome = await syncFrom(server.url, { options: { env } });
    expect(outcome.code).toBe(0);
    expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from('us er:p@:/%wé').toString('base64')}`);
    if (tls) expect(server.heads.join()).not.toMatch(/proxy-authorization/i);
  });

  test.each([false, true])('is left out where NO_PROXY names the host (TLS: %p)', async (tls) => {
    const [server, proxy] = [await api(tls), await ProxyServer.start()];
    const variables = { HTTP_PROXY: proxy.url(), HTTPS_PROXY: proxy.url(), NO_PROXY: '127.0.0.1' };
    const env = { ...variables, NODE_EXTRA_CA_CERTS: certificatePath };
    const outcome = await syncFrom(server.url, { options: { env } });
    expect([outcome.code, idsIn(outcome), proxy.asked]).toEqual([0, [idOf(1)], []]);
  });

  test('that cannot be reached is an error that says so', async () => {
    const server = await api(false);
    const outcome = await syncFrom(server.url, { options: { env: { HTTP_PROXY: 'http://127.0.0.1:1' } } });
    expect([outcome.code, outcome.errors]).toEqual([1, [expect.stringMatching(/ECONNREFUSED/)]]);
    expect(server.connections).toBe(0);
  });
});
