import type { Bytes } from './body.js';

/** Pages whose bytes are kept ready, the least recently used thrown away when they take too much memory. */
export class PageCache {
  private readonly most: number;
  private readonly pages = new Map<string, Bytes>();
  private used = 0;

  /** @param most bytes; 0 keeps nothing */
  constructor(most: number) {
    this.most = most;
  }

  /** The bytes of a page, made where they are not there. @param key null: not to be kept */
  get(key: string | null, make: () => Bytes): Bytes {
    const known = key === null ? undefined : this.pages.get(key);
    const bytes = known ?? make();
    if (key === null || this.most === 0) return bytes;
    if (known === undefined) this.used += sizeOf(bytes);
    this.pages.delete(key);
    this.pages.set(key, bytes);
    for (const [oldest, page] of this.pages) {
      if (this.used <= this.most || oldest === key) break;
      this.pages.delete(oldest);
      this.used -= sizeOf(page);
    }
    return bytes;
  }

  clear(): void {
    this.pages.clear();
    this.used = 0;
  }
}

/** Plain bytes, and about as much as their compressed form takes. */
function sizeOf(bytes: Bytes): number {
  return Math.ceil(bytes.plain.length * 1.2);
}
