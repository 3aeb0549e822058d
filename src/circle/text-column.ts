/**
 * The texts of a column of rows. Mostly one string with line feeds between: that waits in memory at a fraction of what
 * thousands of strings cost. A list where a text has a line feed itself, or there is none.
 */
export type TextColumn = string | readonly string[];

export function columnOf(texts: readonly string[]): TextColumn {
  const joined = texts.join('\n');
  let feeds = 0;
  for (let at = joined.indexOf('\n'); at !== -1; at = joined.indexOf('\n', at + 1)) feeds++;
  return feeds === texts.length - 1 ? joined : texts;
}

/** The texts again. Made anew each time: call it once for a page, and let go of them soon. */
export function textsOf(column: TextColumn): readonly string[] {
  return typeof column === 'string' ? column.split('\n') : column;
}
