import type { Socket } from 'node:net';

/** The id of the nth row. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** The JSON text of the nth row, a second after the one before. @param payload JSON text, taken as it is */
export function rowText(n: number, payload = '{}'): string {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
  return `{"id":"${idOf(n)}","name":"spaces.left","triggered_at":"${at}","created_at":"${at}","version":"1","payload":${payload}}`;
}

/** The JSON text of a last page. */
export function pageText(...rows: readonly string[]): string {
  return `{"success":true,"events":[${rows.join(',')}],"pagination":{}}`;
}

export interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: as it is. `null` sends no such header. */
  readonly contentLength?: number | null;
}

/** An HTTP/1.1 answer as bytes. */
export function answerBytes(body: string | Buffer, options: AnswerOptions = {}): Buffer {
  const bytes = Buffer.from(body);
  const { status = 200, headers = {}, contentLength = bytes.length } = options;
  const lines = [`HTTP/1.1 ${status} Whatever`];
  if (contentLength !== null) lines.push(`Content-Length: ${contentLength}`);
  for (const [name, value] of Object.entries({ 'Content-Type': 'application/json', ...headers })) {
    lines.push(`${name}: ${value}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/** Answers every request with a page that is right and whole: what a hostile server does when it has had its way. */
export function honest(socket: Socket, ...rows: readonly string[]): void {
  socket.write(answerBytes(pageText(...rows)));
}

/** Writes a piece again and again, as fast as it is taken, until a number of bytes or the end of the connection. */
export function flood(socket: Socket, piece: Buffer, bytes: number): void {
  let sent = 0;
  const more = (): void => {
    while (sent < bytes && !socket.destroyed) {
      sent += piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
}

/** Writes a text byte by byte, one every so many milliseconds, until the end of the connection. */
export function drip(socket: Socket, text: string, everyMs: number, then?: () => void): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= text.length) {
      clearInterval(timer);
      if (!socket.destroyed) then?.();
      return;
    }
    socket.write(text.charAt(at++));
  }, everyMs);
}
