/** What is to happen when a count (a time, a number of requests) reaches a value. */
export class Agenda<Item> {
  /** The next one last, so that taking it out is cheap. */
  private readonly entries: { readonly at: number; readonly item: Item }[] = [];

  /** Entries of the same value happen in the order in which they were added. */
  add(at: number, item: Item): void {
    let from = 0;
    let to = this.entries.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.entries[middle]?.at ?? 0) <= at) to = middle;
      else from = middle + 1;
    }
    this.entries.splice(from, 0, { at, item });
  }

  /** Takes out what is due at this value, in order. */
  due(value: number): Item[] {
    const items: Item[] = [];
    for (let next = this.entries.at(-1); next !== undefined && next.at <= value; next = this.entries.at(-1)) {
      this.entries.pop();
      items.push(next.item);
    }
    return items;
  }
}
