import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { modeQuery, plainMode, type Mode, type Seen } from '../server/mode.js';

const program = fileURLToPath(new URL('../server/main.ts', import.meta.url));

/** A token of the form of Circle's; the server takes any. */
export const TOKEN = 'bench0123456789abcdefABCDEF56789';

/** The server of prepared pages, in a process of its own. */
export class BenchServer {
  readonly url: string;
  readonly rows: number;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, url: string, rows: number) {
    this.child = child;
    this.url = url;
    this.rows = rows;
  }

  static async start(rows: number): Promise<BenchServer> {
    const child = spawn(process.execPath, ['--import', 'tsx', program, '--rows', String(rows)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const { url } = JSON.parse(line) as { readonly url: string };
      return new BenchServer(child, url, rows);
    }
    throw new Error('the server did not start');
  }

  /** Sets how it behaves, what is not named as by default, and forgets what it has seen. */
  async mode(mode: Partial<Mode> = {}): Promise<void> {
    await fetch(`${this.url}/bench/mode?${modeQuery({ ...plainMode, visible: this.rows, ...mode })}`);
  }

  async seen(): Promise<Seen> {
    return (await (await fetch(`${this.url}/bench/seen`)).json()) as Seen;
  }

  /** Where a walk by page numbers begins. */
  firstPage(perPage = 2000): string {
    return `${this.url}/api/data/v1/events?sort=oldest&per_page=${perPage}&page=1`;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}
