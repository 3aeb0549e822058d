export interface FlatKeyOptions {
  readonly separator: string;
  /** Names of this length and longer are shortened. */
  readonly maxKeyLength: number;
}

/**
 * The name of a nested property's column. One that is too long is shortened as the Meltano SDK does, part by part from
 * the left: `recurringEvent_setting` to its capitals, `res`; a part without two of them to its first three letters.
 */
export function flatKey(parents: readonly string[], name: string, options: FlatKeyOptions): string {
  const { separator, maxKeyLength } = options;
  const parts = [...parents, name];
  let key = parts.join(separator);
  for (let index = 0; index < parts.length && isLongerThan(maxKeyLength - 1, key); index++) {
    parts[index] = shortened(parts[index] ?? '');
    key = parts.join(separator);
  }
  return key;
}

/** Counts characters as Python does; a text never has more of them than UTF-16 units. */
function isLongerThan(length: number, text: string): boolean {
  return text.length > length && Array.from(text).length > length;
}

function shortened(part: string): string {
  const camel = part.replace(/(?:^|_)(.)/gu, (_, letter: string) => letter.toUpperCase());
  const capitals = camel.replace(/[a-z]/g, '');
  return (isLongerThan(1, capitals) ? capitals : Array.from(part).slice(0, 3).join('')).toLowerCase();
}
