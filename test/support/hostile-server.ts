import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A request as it stood on the wire. */
export interface WireRequest {
  readonly head: string;
  /** Which request to this server it is, from 1. */
  readonly number: number;
}

export interface HostileOptions {
  /** Speaks TLS, with the certificate in `test/fixtures/tls`. */
  readonly tls?: boolean;
  /** Called with each connection before anything was read from it. */
  readonly onConnect?: (socket: Socket) => void;
}

const fixture = (name: string): URL => new URL(`../fixtures/tls/${name}`, import.meta.url);
/** For `NODE_EXTRA_CA_CERTS` of a process that shall trust the server. */
export const certificatePath = fixture('certificate.pem').pathname;

/** Key and certificate of a test's server: for 127.0.0.1 and localhost. */
export function serverIdentity(): { readonly key: Buffer; readonly cert: Buffer } {
  return { key: readFileSync(fixture('key.pem')), cert: readFileSync(certificatePath) };
}

const servers = new Set<HostileServer>();

/** Ends every server of a test file, also where a test failed. */
export async function closeHostileServers(): Promise<void> {
  await Promise.all([...servers].map((server) => server.close()));
}

/** A server that knows no HTTP: what it answers are bytes, right or wrong ones. */
export class HostileServer {
  /** What it was asked, byte for byte up to the empty line. */
  readonly heads: string[] = [];
  connections = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly scheme: 'http' | 'https';

  private constructor(answer: (socket: Socket, request: WireRequest) => void, options: HostileOptions) {
    const accept = (socket: Socket): void => {
      options.onConnect?.(socket);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
          this.heads.push(text.slice(0, end));
          text = text.slice(end + 4);
          answer(socket, { head: this.heads.at(-1) ?? '', number: this.heads.length });
        }
      });
    };
    this.scheme = options.tls === true ? 'https' : 'http';
    this.server = options.tls === true ? createTlsServer(serverIdentity(), accept) : createTcpServer(accept);
    this.server.on('connection', (socket: Socket) => {
      this.connections++;
      this.sockets.add(socket);
      // Whoever is answered like this hangs up.
      socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    });
    this.server.on('secureConnection', (socket: Socket) => socket.on('error', () => undefined));
    this.server.on('tlsClientError', () => undefined);
  }

  static async start(
    answer: (socket: Socket, request: WireRequest) => void,
    options: HostileOptions = {},
  ): Promise<HostileServer> {
    const hostile = new HostileServer(answer, options);
    servers.add(hostile);
    await new Promise<void>((resolve) => hostile.server.listen(0, '127.0.0.1', resolve));
    return hostile;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    if (!servers.delete(this)) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
