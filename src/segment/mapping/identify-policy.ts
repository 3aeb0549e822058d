import { createHash } from 'node:crypto';
import type { JsonObject } from '../../base/json.js';
import type { TargetSettings } from '../settings.js';

/** Members whose traits are remembered; beyond that the one that was not seen for longest is forgotten. */
const MOST_MEMBERS = 20_000;

/** Says when a member's traits are sent: each identify call is billed, so the same are not sent twice in a run. */
export class IdentifyPolicy {
  private readonly mode: TargetSettings['identify'];
  private readonly most: number;
  /** Member to a hash of the traits last sent. */
  private readonly sent = new Map<string, string>();

  constructor(mode: TargetSettings['identify'], most = MOST_MEMBERS) {
    this.mode = mode;
    this.most = most;
  }

  /**
   * Whether to send these traits now; it is then taken that they are sent.
   *
   * @param isLifecycle whether the event gives traits or changes them
   */
  wants(member: string, traits: JsonObject, isLifecycle: boolean): boolean {
    if (this.mode === 'never') return false;
    if (this.mode === 'lifecycle') return isLifecycle;
    const hash = createHash('sha256').update(JSON.stringify(traits)).digest('base64').slice(0, 16);
    const last = this.sent.get(member);
    this.sent.delete(member);
    this.sent.set(member, hash);
    if (this.sent.size > this.most) this.sent.delete(this.sent.keys().next().value ?? '');
    return isLifecycle || last !== hash;
  }
}
