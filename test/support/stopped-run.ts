import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, linesOf, type Face, type HostileRun, type Outcome } from './hostile-run.js';
import { start, Workspace } from './tap.js';

/** How a run ended that was sent signals. */
export interface Stopped extends Omit<Outcome, 'peakMegabytes'> {
  /** From the first signal to the end of the process. */
  readonly millis: number;
}

/** A run that goes on, and what it has written so far. */
export class Running {
  stdout = '';
  stderr = '';
  /** When the first signal was sent. */
  signalledAt = 0;
  private readonly child: ChildProcessWithoutNullStreams;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.end();
  }

  kill(signal: NodeJS.Signals): void {
    if (this.signalledAt === 0) this.signalledAt = performance.now();
    this.child.kill(signal);
  }

  /** Takes nothing more of the output. */
  stopReading(): void {
    this.child.stdout.pause();
  }

  goOnReading(): void {
    this.child.stdout.resume();
  }

  /** Resolves when a text has come in either output so many times. @throws where the process ends before */
  async shows(text: string, times = 1): Promise<void> {
    await this.until(() => (this.stdout + this.stderr).split(text).length > times, text);
  }

  /** Resolves when something is true. @throws where the process ends before */
  async until(isTrue: () => boolean, what = 'that'): Promise<void> {
    while (!isTrue()) {
      const { exitCode, signalCode } = this.child;
      if (exitCode !== null || signalCode !== null) throw new Error(`it ended before ${what}: ${this.stderr}`);
      await sleep(5);
    }
  }
}

/** Starts a sync of `events` and does something to it, signals included; then reads to the end. */
export async function stoppedRun(
  face: Face,
  url: string,
  how: HostileRun,
  act: (running: Running) => Promise<void>,
): Promise<Stopped> {
  const workspace = await Workspace.make();
  try {
    const [name, args] = await commandLine(workspace, url, face, how);
    const child = start(name, args);
    const exited = once(child, 'exit').then(() => performance.now());
    const closed = once(child, 'close');
    const running = new Running(child);
    await act(running);
    const endedAt = await exited;
    running.goOnReading();
    const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
    const { stdout, stderr, signalledAt } = running;
    return { code, signal, stdout, stderr, millis: endedAt - signalledAt, ...linesOf(face, stdout, stderr) };
  } finally {
    await workspace.remove();
  }
}
