import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { SegmentServer } from './segment-server.js';
import { ending, settingsFor, startTap, startTarget, WRITE_KEY, type TargetRun } from './segment-target.js';

export interface PipeOptions {
  readonly sandbox: Sandbox;
  readonly segment: SegmentServer;
  readonly target?: Readonly<Record<string, string | number | boolean>>;
  readonly tap?: Readonly<Record<string, string | number>>;
  /** The value of the last STATE of the run before. */
  readonly state?: string | undefined;
  /** Called when both run; may kill. */
  readonly onStart?: (tap: ChildProcessWithoutNullStreams, target: ChildProcessWithoutNullStreams) => void;
}

export interface PipeRun {
  readonly tap: TargetRun;
  readonly target: TargetRun;
  /** Rows that the tap wrote. */
  readonly rows: number;
  /** States that the tap wrote, as text. */
  readonly tapStates: readonly string[];
  /** What a STATE said too early, out of order, or not whole: empty where all is well. */
  readonly violations: readonly string[];
  /** Of the target, in megabytes; NaN where it was killed. */
  readonly peakMegabytes: number;
}

const probe = fileURLToPath(new URL('peak-memory.cjs', import.meta.url));
/** The first part of the messageId of every Circle event that goes to the source of these tests. */
const idPrefix = `circle:${createHash('sha256').update(WRITE_KEY).digest('hex').slice(0, 8)}:`;

/**
 * Runs tap and target as one pipe, and looks at each STATE as it comes out: is every call that the rows before it make
 * in Segment by now?
 */
export async function runPipe(options: PipeOptions): Promise<PipeRun> {
  const { sandbox, segment } = options;
  const folder = await mkdtemp(join(tmpdir(), 'segment-pipe-'));
  const stateFile = join(folder, 'state.json');
  if (options.state !== undefined) await writeFile(stateFile, options.state);
  const tap = startTap(sandbox, options.tap, options.state === undefined ? [] : ['--state', stateFile]);
  const target = startTarget({
    settings: { ...settingsFor(segment), identify: 'lifecycle', community_group_id: 'engines', ...options.target },
    env: { NODE_OPTIONS: `--require ${probe}` },
  });
  let rows = 0;
  const ids: string[] = [];
  const tapStates: { text: string; after: number }[] = [];
  onLines(tap, (line) => {
    const message = JSON.parse(line) as { type: string; record?: { id: string; name: string }; value?: unknown };
    if (message.record !== undefined) {
      rows++;
      ids.push(...messageIdsOf(message.record));
    } else if (message.type === 'STATE') tapStates.push({ text: JSON.stringify(message.value), after: ids.length });
  });
  const violations: string[] = [];
  let told = 0;
  let checked = 0;
  onLines(target, (line) => {
    const state = tapStates[told++];
    if (state?.text !== line) violations.push(`state ${told} is not the next one of the tap`);
    for (; checked < (state?.after ?? 0); checked++) {
      const id = ids[checked] ?? '';
      if (!segment.taken.has(id)) violations.push(`state ${told} came before ${id} was accepted`);
    }
  });
  const ends = [ending(tap), ending(target)] as const;
  target.stdin.on('error', () => undefined);
  tap.stdout.pipe(target.stdin);
  // As in a shell: a tap whose target is gone writes into a closed pipe, and does not wait for ever.
  target.on('exit', () => tap.stdout.destroy());
  options.onStart?.(tap, target);
  const [tapRun, targetRun] = await Promise.all(ends);
  await rm(folder, { recursive: true });
  return {
    tap: tapRun,
    target: targetRun,
    rows,
    tapStates: tapStates.map(({ text }) => text),
    violations,
    peakMegabytes: Number(/peak memory (\d+) kB/.exec(targetRun.stderr)?.[1]) / 1024,
  };
}

/** Every messageId that the sandbox's rows have to give. */
export function expectedIds(sandbox: Sandbox): Set<string> {
  const ids = new Set<string>();
  for (const stream of ['events', 'visits'] as const) {
    for (const row of sandbox.rows(stream)) for (const id of messageIdsOf(row)) ids.add(id);
  }
  return ids;
}

/** The messageIds that a row makes under the settings of the pipe, worked out apart from the code under test. */
function messageIdsOf({ id, name }: { readonly id: string; readonly name: string }): string[] {
  const isComing = name === 'community_member.create' || name === 'community_member.joined_community';
  const isIdentified = isComing || name === 'community_member.email_changed';
  const calls = [...(isIdentified ? [':identify'] : []), ...(isComing ? [':group'] : []), ''];
  return calls.map((call) => idPrefix + id + call);
}

function onLines(child: ChildProcessWithoutNullStreams, take: (line: string) => void): void {
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(Buffer.from(line, 'latin1').toString());
  });
}
