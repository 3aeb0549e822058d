/** What breaks readers of one-JSON-per-line streams: escapes of NUL and of surrogates, and characters that some split at. */
const suspicious = /\\u(?:0000|[dD][89a-fA-F])|[\n\r\u0085\u2028\u2029]/;
/** Every escape sequence in turn (a valid surrogate pair as one), and the characters above. */
const piece =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)|[\n\r\u0085\u2028\u2029]/g;
const unwanted = /^\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})$/;

export interface CleanJson {
  readonly text: string;
  /** How many NULs and lone surrogates became U+FFFD. */
  readonly replaced: number;
}

/**
 * JSON text made safe for one line of a pipe (docs/reliability.md, promise 13): NUL and lone surrogates become U+FFFD, since
 * databases and Python cannot hold them; U+0085, U+2028 and U+2029 are escaped, since some readers split lines there;
 * line breaks between tokens become spaces. Values stay the same otherwise, every digit included.
 *
 * @param text valid JSON, as received or as printed by `JSON.stringify`
 */
export function cleanJson(text: string): CleanJson {
  if (!suspicious.test(text)) return { text, replaced: 0 };
  let replaced = 0;
  const cleaned = text.replace(piece, (found) => {
    if (found === '\n' || found === '\r') return ' ';
    if (found.length === 1) return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
    if (!unwanted.test(found)) return found;
    replaced++;
    return '\uFFFD';
  });
  return { text: cleaned, replaced };
}
