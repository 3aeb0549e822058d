import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/index.js';
import type { SegmentServer } from './segment-server.js';
import {
  ending,
  peakMegabytes,
  settingsFor,
  startTap,
  startTarget,
  WRITE_KEY,
  type TargetRun,
} from './segment-target.js';

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

export interface PipeRun extends TargetRun {
  /** Rows that the tap wrote. */
  readonly rows: number;
  /** States that the tap wrote, as text. */
  readonly tapStates: readonly string[];
  /** What a STATE said too early, out of order, or not whole: empty where all is well. */
  readonly violations: readonly string[];
  readonly peakMegabytes: number;
}

/** The first part of the messageId of every Circle event that goes to the source of these tests. */
export const ID_PREFIX = `circle:${createHash('sha256').update(WRITE_KEY).digest('hex').slice(0, 8)}:`;

/** Runs tap and target as one pipe, and looks at each STATE that comes out: is every row before it in Segment? */
export async function runPipe(options: PipeOptions): Promise<PipeRun> {
  const { sandbox, segment } = options;
  const folder = await mkdtemp(join(tmpdir(), 'segment-pipe-'));
  const stateFile = join(folder, 'state.json');
  if (options.state !== undefined) await writeFile(stateFile, options.state);
  const tap = startTap(sandbox, options.tap, options.state === undefined ? [] : ['--state', stateFile]);
  const target = startTarget({ settings: { ...settingsFor(segment), ...options.target } });
  const ids: string[] = [];
  const tapStates: { text: string; after: number }[] = [];
  onLines(tap, (line) => {
    const message = JSON.parse(line) as { type: string; record?: { id: string }; value?: unknown };
    if (message.record !== undefined) ids.push(message.record.id);
    else if (message.type === 'STATE') tapStates.push({ text: JSON.stringify(message.value), after: ids.length });
  });
  const violations: string[] = [];
  let told = 0;
  let checked = 0;
  onLines(target, (line) => {
    const state = tapStates[told++];
    if (state?.text !== line) violations.push(`state ${told} is not the next one of the tap`);
    for (; checked < (state?.after ?? 0); checked++) {
      const id = ID_PREFIX + (ids[checked] ?? '');
      if (!segment.taken.has(id)) violations.push(`state ${told} came before row ${checked} (${id}) was accepted`);
    }
  });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, peakMegabytes(target.pid))), 50);
  const ends = [ending(tap), ending(target)] as const;
  target.stdin.on('error', () => undefined);
  tap.stdout.pipe(target.stdin);
  options.onStart?.(tap, target);
  const [, ended] = await Promise.all(ends);
  clearInterval(watch);
  await rm(folder, { recursive: true });
  return {
    ...ended,
    rows: ids.length,
    tapStates: tapStates.map(({ text }) => text),
    violations,
    peakMegabytes: peak,
  };
}

/**
 * Every messageId that the sandbox's rows have to give, worked out apart from the code under test, for the settings
 * `identify: lifecycle` and `community_group_id`.
 */
export function expectedIds(sandbox: Sandbox): Set<string> {
  const ids = new Set<string>();
  for (const stream of ['events', 'visits'] as const) {
    for (const { id, name } of sandbox.rows(stream)) {
      ids.add(ID_PREFIX + id);
      const isComing = name === 'community_member.create' || name === 'community_member.joined_community';
      if (isComing) ids.add(`${ID_PREFIX}${id}:group`);
      if (isComing || name === 'community_member.email_changed') ids.add(`${ID_PREFIX}${id}:identify`);
    }
  }
  return ids;
}

/** Those of the expected ids that were not taken. */
export function missing(expected: ReadonlySet<string>, segment: SegmentServer): string[] {
  return [...expected].filter((id) => !segment.taken.has(id));
}

function onLines(child: ChildProcessWithoutNullStreams, take: (line: string) => void): void {
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(Buffer.from(line, 'latin1').toString());
  });
}
