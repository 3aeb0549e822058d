import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import { settingsSchema } from '../config/settings.js';

const capabilities = [
  'catalog',
  'discover',
  'state',
  'about',
  'test',
  'schema-flattening',
  'activate-version',
  'structured-logging',
];

const description =
  'Singer tap and Airbyte source for the Circle Data API: every event and member visit of a Circle community.';

export type AboutFormat = 'text' | 'json' | 'markdown';

/** What the program is and can be set to, in the formats and with the keys of the Meltano SDK's `--about`. */
export function about(format: AboutFormat, version: string): string {
  switch (format) {
    case 'json':
      return JSON.stringify(
        { name: 'tap-circle', description, version, capabilities, settings: settingsSchema },
        null,
        2,
      );
    case 'markdown':
      return markdown();
    case 'text':
      return text(version);
  }
}

/** The settings as a table, as it also stands in the README. */
export function settingsTable(): string {
  const rows = settings().map(({ key, required, fallback, says }) => {
    const value = required ? 'required' : fallback === undefined ? 'none' : `\`${fallback}\``;
    return `| \`${key}\` | ${value} | ${says.replaceAll('|', '\\|')} |`;
  });
  return ['| Setting | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

function markdown(): string {
  const list = capabilities.map((capability) => `* \`${capability}\``).join('\n');
  return `# \`tap-circle\`\n\n${description}\n\n## Capabilities\n\n${list}\n\n## Settings\n\n${settingsTable()}`;
}

function text(version: string): string {
  const list = settings().map(({ key, required, fallback, says }) => {
    const value = required ? 'required' : fallback === undefined ? 'no default' : `default ${fallback}`;
    return `  ${key} (${value})\n      ${says}`;
  });
  return `tap-circle ${version}\n${description}\n\nCapabilities: ${capabilities.join(', ')}\n\nSettings:\n${list.join('\n')}`;
}

interface Setting {
  readonly key: string;
  readonly required: boolean;
  readonly fallback: string | undefined;
  readonly says: string;
}

function settings(): Setting[] {
  const properties = isJsonObject(settingsSchema['properties']) ? settingsSchema['properties'] : {};
  const required = Array.isArray(settingsSchema['required']) ? settingsSchema['required'] : [];
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
