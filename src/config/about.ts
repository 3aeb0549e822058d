import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';

/** What `--about` tells of a program. */
export interface About {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  /** JSON schema of the settings. */
  readonly settings: JsonObject;
}

export type AboutFormat = 'text' | 'json' | 'markdown';

/** What a program is and can be set to, in the formats and with the keys of the Meltano SDK's `--about`. */
export function aboutText(about: About, format: AboutFormat, version: string): string {
  const { name, description, capabilities, settings } = about;
  switch (format) {
    case 'json':
      return JSON.stringify({ name, description, version, capabilities, settings }, null, 2);
    case 'markdown': {
      const list = capabilities.map((capability) => `* \`${capability}\``).join('\n');
      return `# \`${name}\`\n\n${description}\n\n## Capabilities\n\n${list}\n\n## Settings\n\n${settingsTable(settings)}`;
    }
    case 'text': {
      const list = settingsOf(settings).map(({ key, required, fallback, says }) => {
        const value = required ? 'required' : fallback === undefined ? 'no default' : `default ${fallback}`;
        return `  ${key} (${value})\n      ${says}`;
      });
      return `${name} ${version}\n${description}\n\nCapabilities: ${capabilities.join(', ')}\n\nSettings:\n${list.join('\n')}`;
    }
  }
}

/** The settings as a Markdown table. */
export function settingsTable(schema: JsonObject): string {
  const rows = settingsOf(schema).map(({ key, required, fallback, says }) => {
    const value = required ? 'required' : fallback === undefined ? 'none' : `\`${fallback}\``;
    return `| \`${key}\` | ${value} | ${says.replaceAll('|', '\\|')} |`;
  });
  return ['| Setting | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

interface Setting {
  readonly key: string;
  readonly required: boolean;
  readonly fallback: string | undefined;
  readonly says: string;
}

function settingsOf(schema: JsonObject): Setting[] {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([key, property]) => {
    const { default: fallback, description: says } = isJsonObject(property) ? property : ({} as JsonObject);
    return {
      key,
      required: required.includes(key),
      fallback: shown(fallback),
      says: typeof says === 'string' ? says : '',
    };
  });
}

function shown(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
