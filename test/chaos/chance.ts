import { below, hash, unit } from '../../src/sandbox/random.js';

/** Choices by seed: the same seed makes the same choices in the same order, on any machine. */
export class Chance {
  private readonly seed: number;
  private readonly purpose: number;
  private made = 0;

  /** @param purpose which of the sequences of this seed */
  constructor(seed: number, purpose: number) {
    this.seed = seed;
    this.purpose = purpose;
  }

  /** A whole number from 0 to `count`, which is excluded. */
  below(count: number): number {
    return below(this.bits(), count);
  }

  /** A whole number between two, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Whether something that is so likely (0 to 1) happens. */
  happens(probability: number): boolean {
    return unit(this.bits()) < probability;
  }

  /** @throws RangeError where there is nothing to choose from */
  pick<T>(list: readonly T[]): T {
    for (const chosen of list.slice(this.below(list.length))) return chosen;
    throw new RangeError('nothing to choose from');
  }

  /** So many of a list, or all where it is shorter; in a new order. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = [...list];
    const chosen: T[] = [];
    while (left.length > 0 && chosen.length < count) chosen.push(...left.splice(this.below(left.length), 1));
    return chosen;
  }

  private bits(): number {
    return hash(this.seed, this.purpose, this.made++);
  }
}
