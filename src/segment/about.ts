import { isJsonObject, type JsonObject, type JsonValue } from '../base/json.js';
import schema from './settings.schema.json' with { type: 'json' };

const capabilities = ['about', 'schema-validation', 'structured-logging', 'dry-run', 'dead-letters'];

const description =
  'Singer target for Segment: every row of a tap becomes calls to Segment, and none is lost on the way.';

/** The formats of `--about`. */
export type AboutFormat = 'text' | 'json' | 'markdown';

/** What the program is and can be set to, in the formats and with the keys of the Meltano SDK's `--about`. */
export function aboutTarget(format: AboutFormat, version: string): string {
  switch (format) {
    case 'json':
      return JSON.stringify({ name: 'target-segment', description, version, capabilities, settings: schema }, null, 2);
    case 'markdown': {
      const list = capabilities.map((capability) => `* \`${capability}\``).join('\n');
      return `# \`target-segment\`\n\n${description}\n\n## Capabilities\n\n${list}\n\n## Settings\n\n${targetSettingsTable()}`;
    }
    case 'text': {
      const list = settings().map(({ key, required, fallback, says }) => {
        const value = required ? 'required' : fallback === undefined ? 'no default' : `default ${fallback}`;
        return `  ${key} (${value})\n      ${says}`;
      });
      return `target-segment ${version}\n${description}\n\nCapabilities: ${capabilities.join(', ')}\n\nSettings:\n${list.join('\n')}`;
    }
  }
}

/** The settings as a Markdown table, as it also stands in `docs/segment.md`. */
export function targetSettingsTable(): string {
  const rows = settings().map(({ key, required, fallback, says }) => {
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

function settings(): Setting[] {
  const properties: JsonObject = schema.properties;
  return Object.entries(properties).map(([key, property]) => {
    const { default: fallback, description: says } = isJsonObject(property) ? property : ({} as JsonObject);
    return {
      key,
      required: schema.required.includes(key),
      fallback: shown(fallback),
      says: typeof says === 'string' ? says : '',
    };
  });
}

function shown(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
