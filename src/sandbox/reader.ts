import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';

/** What came from outside is not as it has to be; the message names the place. */
export class InvalidInput extends Error {}

/** Reads a JSON object field by field, each with what it has to be. */
export class Reader {
  private readonly value: JsonObject;
  private readonly place: string;

  /** @param place what the value is, for messages */
  constructor(value: unknown, place: string, known: readonly string[]) {
    if (!isJsonObject(value)) throw new InvalidInput(`${place}: expected an object`);
    const strange = Object.keys(value).find((key) => !known.includes(key));
    if (strange !== undefined) {
      throw new InvalidInput(`${place}.${strange}: not known; expected some of ${known.join(', ')}`);
    }
    this.value = value;
    this.place = place;
  }

  raw(key: string): JsonValue | undefined {
    return this.value[key];
  }

  text(key: string): string | undefined {
    const value = this.value[key];
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrong(key, 'a text');
  }

  number(key: string, least: number, most: number): number | undefined {
    const value = this.value[key];
    if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) return value;
    throw this.wrong(key, `a number from ${least} to ${most}`);
  }

  whole(key: string, least: number, most: number): number | undefined {
    const value = this.value[key];
    if (value === undefined) return value;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.wrong(key, `a whole number from ${least} to ${most}`);
  }

  list(key: string): readonly JsonValue[] | undefined {
    const value = this.value[key];
    if (value === undefined || Array.isArray(value)) return value;
    throw this.wrong(key, 'a list');
  }

  wrong(key: string, expected: string): InvalidInput {
    return new InvalidInput(`${this.place}.${key}: expected ${expected}`);
  }
}
