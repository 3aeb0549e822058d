import { isJsonObject } from '../../src/base/json.js';

/**
 * A place in the OpenAPI document. Steps follow `$ref` by themselves, and whatever is missing or of the wrong type is
 * an error that names the place.
 */
export class Place {
  private readonly value: unknown;
  private readonly root: unknown;
  private readonly path: string;

  constructor(value: unknown, root: unknown = value, path = '#') {
    this.root = root;
    const target = isJsonObject(value) ? value['$ref'] : undefined;
    if (typeof target === 'string') {
      this.value = follow(root, target);
      this.path = target;
    } else {
      this.value = value;
      this.path = path;
    }
  }

  /** The last step to here: of a referred schema its name in `components`. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  /** The descendant under those keys; there must be one. */
  at(...keys: readonly string[]): Place {
    return keys.reduce<Place>((place, key) => {
      const child = place.optional(key);
      if (child === undefined) throw place.error(`has no "${key}"`);
      return child;
    }, this);
  }

  /** The child of that key where there is one. */
  optional(key: string): Place | undefined {
    const child = this.record()[key];
    return child === undefined ? undefined : new Place(child, this.root, `${this.path}/${key}`);
  }

  /** All children of an object, in the order of the document. */
  entries(): [string, Place][] {
    return Object.keys(this.record()).map((key) => [key, this.at(key)]);
  }

  /** All elements of an array. */
  items(): Place[] {
    if (!Array.isArray(this.value)) throw this.isNo('array');
    return this.value.map((item, index) => new Place(item, this.root, `${this.path}/${index}`));
  }

  /** Whether an array is here. */
  isArray(): boolean {
    return Array.isArray(this.value);
  }

  /** The string that is here. */
  text(): string {
    if (typeof this.value !== 'string') throw this.isNo('string');
    return this.value;
  }

  /** The boolean that is here. */
  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.isNo('boolean');
    return this.value;
  }

  /** An error about this place. */
  error(what: string): Error {
    return new Error(`${this.path} ${what}`);
  }

  private record(): Record<string, unknown> {
    if (!isJsonObject(this.value)) throw this.isNo('object');
    return this.value;
  }

  private isNo(type: string): Error {
    return this.error(`is no ${type}`);
  }
}

function follow(root: unknown, target: string): unknown {
  const [start, ...steps] = target.split('/');
  if (start !== '#') throw new Error(`${target} points out of the document`);
  return steps.reduce<unknown>((value, step) => {
    const next = isJsonObject(value) ? value[step] : undefined;
    if (next === undefined) throw new Error(`${target} points to nothing`);
    return next;
  }, root);
}
