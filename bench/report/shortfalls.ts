/**
 * Why a goal is not reached, and what was tried: shown where the last run did not reach it. By the start of the goal's
 * text.
 */
export const shortfalls: Readonly<Record<string, string>> = {};

/** The explanation of a goal; null where there is none. */
export function shortfallOf(what: string): string | null {
  const found = Object.entries(shortfalls).find(([start]) => what.startsWith(start));
  return found?.[1] ?? null;
}
