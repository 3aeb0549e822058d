/** What stands in the place of a secret. */
const MASK = '[redacted]';

/** Shorter "secrets" would blot out ordinary words. */
const SHORTEST_SECRET = 4;

/**
 * Takes secrets out of text that leaves the program (docs/reliability.md, promise 12): as they are, URL-encoded, escaped for
 * JSON, and in base64 at each of the three places where base64 may cut them.
 */
export class Redactor {
  private forms: readonly string[] = [];

  constructor(secrets: readonly string[] = []) {
    this.add(...secrets);
  }

  /** Adds secrets that become known later (the configuration is read after the logger exists). */
  add(...secrets: readonly string[]): void {
    const forms = new Set(this.forms);
    for (const secret of secrets) {
      if (secret.trim().length < SHORTEST_SECRET) continue;
      for (const form of formsOf(secret.trim())) forms.add(form);
    }
    // Longest first, so that no form leaves the rest of a longer one behind.
    this.forms = [...forms].sort((a, b) => b.length - a.length);
  }

  /** The text with every form of every secret masked. */
  clean(text: string): string {
    let cleaned = text;
    for (const form of this.forms) if (cleaned.includes(form)) cleaned = cleaned.replaceAll(form, MASK);
    return cleaned;
  }
}

function formsOf(secret: string): string[] {
  const urlEncoded = encodeURIComponent(secret);
  const forms = [
    secret,
    urlEncoded,
    urlEncoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ];
  for (const lead of ['', 'x', 'xx']) {
    // What comes before shifts the base64 text; its first and last characters then also hold a neighbour's bits.
    const encoded = Buffer.from(lead + secret).toString('base64');
    const start = lead === '' ? 0 : lead.length + 1;
    const end = encoded.length - (encoded.endsWith('==') ? 3 : encoded.endsWith('=') ? 2 : 0);
    const core = encoded.slice(start, end);
    if (core.length >= SHORTEST_SECRET) forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms.filter((form) => form.length >= SHORTEST_SECRET);
}
