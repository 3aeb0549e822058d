import { isUtf8 } from 'node:buffer';

/** Characters outside ASCII that some readers split lines at. */
const separators = ['\u0085', '\u2028', '\u2029'].map((character) => Buffer.from(character));
/** They can only stand between tokens. */
const lineBreaks = ['\n', '\r'];

/** Whether strings of this JSON that are printed as they are, byte for byte, break no reader: escapes left aside. */
export function isCleanUtf8(body: Buffer): boolean {
  return isUtf8(body) && !separators.some((bytes) => body.includes(bytes));
}

/** Whether a letter outside ASCII, or NUL, is spelled as an escape. Some servers spell `&` so, which is neither. */
export function hasWideEscape(body: Buffer): boolean {
  for (let at = body.indexOf('\\u'); at !== -1; at = body.indexOf('\\u', at + 2)) {
    const code = body.toString('latin1', at + 2, at + 6);
    if (code === '0000' || !/^00[0-7]/.test(code)) return true;
  }
  return false;
}

/** Whether rows can be passed on byte for byte. */
export function isPlainText(body: Buffer): boolean {
  if (!isCleanUtf8(body) || lineBreaks.some((character) => body.includes(character))) return false;
  for (let at = body.indexOf('\\u'); at !== -1; at = body.indexOf('\\u', at + 2)) {
    // NUL and surrogates. The latter are usually pairs, but pages with escaped ones are rare enough to look closer.
    const code = body.toString('latin1', at + 2, at + 6);
    if (code === '0000' || /^[dD][89a-fA-F]/.test(code)) return false;
  }
  return true;
}
