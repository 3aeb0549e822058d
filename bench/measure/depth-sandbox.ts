import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { executable } from '../subjects/subjects.js';

/** The sandbox in a process of its own, with pages that cost their depth. */
export class DepthSandbox {
  readonly url: string;
  readonly token: string;
  private readonly child: ChildProcessByStdio<null, Readable, null>;

  private constructor(child: ChildProcessByStdio<null, Readable, null>, url: string, token: string) {
    this.child = child;
    this.url = url;
    this.token = token;
  }

  static async start(events: number): Promise<DepthSandbox> {
    const { program, args } = executable('circle-sandbox', [
      '--events',
      String(events),
      '--visits',
      '0',
      '--depth-cost',
    ]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const { url, token } = JSON.parse(line) as { readonly url: string; readonly token: string };
      return new DepthSandbox(child, url, token);
    }
    throw new Error('the sandbox did not start');
  }

  /** Rows that it has looked at to find pages, since its start. */
  async rowsVisited(): Promise<number> {
    const stats = (await (await fetch(`${this.url}/sandbox/stats`)).json()) as { readonly rowsVisited: number };
    return stats.rowsVisited;
  }

  /** Adds generated rows that share one `created_at`. @returns their ids */
  async addTies(count: number, createdAt: string): Promise<readonly string[]> {
    const answer = await fetch(`${this.url}/sandbox/rows`, {
      method: 'POST',
      body: JSON.stringify({ count, created_at: createdAt }),
    });
    return ((await answer.json()) as { readonly ids: readonly string[] }).ids;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
