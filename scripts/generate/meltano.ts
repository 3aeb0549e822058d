import { format } from 'prettier';
import { isMap, isSeq, parseDocument } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.js';
import { aboutTap } from '../../src/singer/about.js';

/** A setting as Meltano describes them. */
interface MeltanoSetting {
  readonly name: string;
  readonly kind: string;
  readonly label?: string;
  readonly description?: string;
  readonly value?: JsonValue;
  readonly options?: readonly { readonly label: string; readonly value: string }[];
  readonly sensitive?: true;
}

/** A meltano.yml with the capabilities and settings of the tap as it is; everything else stays, comments too. */
export async function meltanoProject(yaml: string): Promise<string> {
  const { capabilities, settings } = aboutTap;
  const document = parseDocument(yaml);
  const extractors = document.getIn(['plugins', 'extractors']);
  const tap = isSeq(extractors)
    ? extractors.items.find((item) => isMap(item) && item.get('name') === 'tap-circle')
    : null;
  if (!isMap(tap)) throw new Error('there is no extractor tap-circle in plugins.extractors');
  tap.set('capabilities', document.createNode(capabilities));
  tap.set('settings', document.createNode(meltanoSettings(settings)));
  return await format(document.toString({ lineWidth: 0 }), { parser: 'yaml', printWidth: 120, singleQuote: true });
}

/** The settings of a JSON schema in Meltano's words. */
export function meltanoSettings(schema: JsonValue | undefined): MeltanoSetting[] {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  return Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, property]) =>
    isJsonObject(property) ? [meltanoSetting(name, property)] : [],
  );
}

function meltanoSetting(name: string, property: JsonObject): MeltanoSetting {
  const { title, description, default: value, enum: choices } = property;
  return {
    name,
    ...(typeof title === 'string' && { label: title }),
    ...(typeof description === 'string' && { description }),
    kind: kindOf(name, property),
    ...(Array.isArray(choices) && { options: choices.map(String).map((choice) => ({ label: choice, value: choice })) }),
    ...(value !== undefined && { value }),
    ...(property['airbyte_secret'] === true && { sensitive: true }),
  };
}

function kindOf(name: string, { type, format: form, enum: choices, airbyte_secret: isSecret }: JsonObject): string {
  if (isSecret === true) return 'password';
  if (Array.isArray(choices)) return 'options';
  if (form === 'date-time' || name.endsWith('_date')) return 'date_iso8601';
  switch (type) {
    case 'integer':
    case 'boolean':
    case 'array':
    case 'object':
      return type;
    case 'number':
      return 'decimal';
    default:
      return 'string';
  }
}
