/** A number for people, in groups of three digits: `2,000`. `toLocaleString` would load the data of all languages first. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A number with its noun, for people: `1 page`, `2,000 pages`. The plural ends in s, or in ies for y. */
export function counted(count: number, noun: string): string {
  const plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${grouped(count)} ${count === 1 ? noun : plural}`;
}
