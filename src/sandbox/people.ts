import { jsonText } from './json-text.js';
import { hash, mix32 } from './random.js';
import { firstNames, lastNames } from './vocabulary.js';

const nobody: Name = { json: '', mail: '' };
const firsts = firstNames.map(nameOf);
const lasts = lastNames.map(nameOf);

const PURPOSE = { first: 601, last: 602, uid: 603 } as const;
const FIRST_MEMBER_ID = 3_000_001;
const FIRST_USER_ID = 7_000_003;
const ADMINS = 3;
const MODERATORS = 9;
/** Members whose JSON is kept; more are made anew each time, so that memory has a bound. */
const KEPT = 40_000;

/** A name as it stands inside a JSON text, and in a mail address. */
interface Name {
  readonly json: string;
  readonly mail: string;
}

/** The community's members as they stand in payloads. */
export class People {
  private readonly seed: number;
  private readonly made = new Map<number, Uint8Array>();

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The JSON of a member. */
  json(member: number): Uint8Array {
    let bytes = this.made.get(member);
    if (bytes === undefined) {
      bytes = this.make(member, 'example.com');
      if (this.made.size < KEPT) this.made.set(member, bytes);
    }
    return bytes;
  }

  /** The same member after a change of address. */
  jsonAfterEmailChange(member: number): Uint8Array {
    return this.make(member, 'example.org');
  }

  private make(member: number, domain: string): Uint8Array {
    const first = firsts[hash(this.seed, PURPOSE.first, member) % firsts.length] ?? nobody;
    const last = lasts[hash(this.seed, PURPOSE.last, member) % lasts.length] ?? nobody;
    const uid = mix32(hash(this.seed, PURPOSE.uid, member))
      .toString(16)
      .padStart(8, '0');
    const isModerator = member >= ADMINS && member < MODERATORS;
    const text = `{"type":"CommunityMember","public_uid":"${uid}","name":"${first.json} ${last.json}","last_name":"${last.json}","id":${memberId(member)},"first_name":"${first.json}","email":"${first.mail}.${last.mail}.${member}@${domain}","is_admin":${isAdmin(member)},"is_moderator":${isModerator}}`;
    return Buffer.from(text);
  }
}

export function memberId(member: number): number {
  return FIRST_MEMBER_ID + member * 3;
}

export function userId(member: number): number {
  return FIRST_USER_ID + member * 5;
}

export function isAdmin(member: number): boolean {
  return member < ADMINS;
}

function nameOf([name, mail]: readonly [string, string]): Name {
  return { json: jsonText(name).slice(1, -1), mail };
}
