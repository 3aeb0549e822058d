import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { serverIdentity } from './hostile-server.js';

const proxies = new Set<ProxyServer>();

/** Ends every proxy of a test file, also where a test failed. */
export async function closeProxyServers(): Promise<void> {
  await Promise.all([...proxies].map((proxy) => proxy.close()));
}

/** An HTTP proxy as companies have one: passes requests on for http, and tunnels for https. */
export class ProxyServer {
  /** What it was asked for: `GET URL`, `CONNECT HOST:PORT`. */
  readonly asked: string[] = [];
  /** `Proxy-Authorization` of each request. */
  readonly credentials: (string | undefined)[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly scheme: 'http' | 'https';

  private constructor(tls: boolean) {
    this.scheme = tls ? 'https' : 'http';
    const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
      this.note(`${incoming.method ?? ''} ${incoming.url ?? ''}`, incoming.headers['proxy-authorization']);
      const passed = request(incoming.url ?? '', { method: incoming.method, headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(passed);
    };
    this.server = tls ? createTlsServer(serverIdentity(), pass) : createServer(pass);
    this.server.on('connection', (socket: Socket) => this.keep(socket));
    this.server.on('connect', (incoming, socket: Socket) => {
      this.note(`CONNECT ${incoming.url ?? ''}`, incoming.headers['proxy-authorization']);
      const [host, port] = (incoming.url ?? '').split(':');
      const tunnel = this.keep(connect(Number(port), host));
      tunnel.once('connect', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
    });
  }

  /** @param tls whether it is spoken to by TLS itself */
  static async start(tls = false): Promise<ProxyServer> {
    const proxy = new ProxyServer(tls);
    proxies.add(proxy);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Its address, as HTTP_PROXY takes it. */
  url(credentials = ''): string {
    const address = this.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `${this.scheme}://${credentials}127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    if (!proxies.delete(this)) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private note(what: string, credentials: string | undefined): void {
    this.asked.push(what);
    this.credentials.push(credentials);
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
  }
}
