import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Chance } from './chance.js';

/** How a run is ended from outside. */
export const killKinds = [
  'SIGKILL',
  'SIGKILL, its reader too',
  'SIGTERM',
  'SIGINT',
  'SIGTERM, then SIGINT',
  'SIGINT, then SIGTERM',
  'dying reader',
] as const;
export type KillKind = (typeof killKinds)[number];

export interface Kill {
  readonly kind: KillKind;
  /** Once the reader has so many bytes of stdout; 0 is before the first. */
  readonly atByte: number;
  /** Between two signals, and from the start of the process where it is killed before its first byte. Milliseconds. */
  readonly pauseMs: number;
}

/** @param expectedBytes about how much the run would write by itself */
export function planKill(chance: Chance, expectedBytes: number): Kill {
  const atByte = chance.happens(0.08) ? 0 : 1 + chance.below(Math.max(1, Math.floor(expectedBytes)));
  return { kind: chance.pick(killKinds), atByte, pauseMs: chance.below(atByte === 0 ? 250 : 25) };
}

/** Whether the reader takes nothing behind the byte at which the run is killed. */
export function cutsOutput({ kind }: Kill): boolean {
  return kind === 'dying reader' || kind === 'SIGKILL, its reader too';
}

/** The signals of a kill, in order. */
export function signalsOf({ kind }: Kill): NodeJS.Signals[] {
  switch (kind) {
    case 'dying reader':
      return [];
    case 'SIGKILL, its reader too':
      return ['SIGKILL'];
    case 'SIGTERM, then SIGINT':
      return ['SIGTERM', 'SIGINT'];
    case 'SIGINT, then SIGTERM':
      return ['SIGINT', 'SIGTERM'];
    default:
      return [kind];
  }
}

/** Does it. A process that has ended meanwhile is not hurt. */
export function carryOut(kill: Kill, child: ChildProcessWithoutNullStreams): void {
  const [first, second] = signalsOf(kill);
  if (first !== undefined) child.kill(first);
  if (second !== undefined) setTimeout(() => child.kill(second), kill.pauseMs);
  if (cutsOutput(kill)) child.stdout.destroy();
}
