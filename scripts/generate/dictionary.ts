import type { Api, Field, Stream } from './api.js';
import { describe } from './schema.js';

/** The data dictionary in Markdown: what each stream, event and column means. */
export function dictionaryOf(api: Api): string {
  return [
    '<!-- Generated from openapi/circle-data-api.yaml by `npm run generate`. Do not edit. -->',
    '# Streams',
    'Column names are written with dots (`payload.space.id`). With `flattening_enabled` each dot becomes the separator, ' +
      'by default `__` (`payload__space__id`). Every column but the key and the bookmark can be null. What Circle adds ' +
      'later, be it an event, an object or a field, is passed on as it comes.',
    ...api.streams.flatMap((stream) => streamSection(stream)),
    '## What is not in the feed',
    list(api.notInFeed),
    '## Personal data',
    'These columns tell who a person is, or where. Deselect in the catalog what you have no use for. Ids of members, ' +
      'users, and visits are no names, but still lead to one person each.',
    ...api.streams.map((stream) => `In \`${stream.name}\`:\n\n${list(personalColumns(stream))}`),
  ]
    .join('\n\n')
    .concat('\n');
}

function streamSection(stream: Stream): string[] {
  const columns = stream.envelope.map((field) => row(field, field.name));
  const objects = stream.objects.map((object) => ({ ...object, path: `payload.${object.name}` }));
  return [
    `## ${stream.name}`,
    stream.description,
    list([
      `Key: \`${stream.key}\``,
      `Bookmark: \`${stream.bookmark}\` (incremental by default, full table on request)`,
      `Read from: \`GET ${stream.path}\` (unverified; the setting \`${stream.name}_path\` changes it)`,
    ]),
    `### Kinds of row in ${stream.name}`,
    table(
      ['`name`', 'when', 'objects in `payload`'],
      stream.kinds.map(({ name, description, objects }) => [code(name), description, objects.map(code).join(', ')]),
    ),
    `### Columns of ${stream.name}`,
    table(['column', 'type', 'meaning'], columns),
    ...objects.flatMap(({ path, description, fields }) => [
      `#### ${code(path)} in ${stream.name}`,
      description,
      ...(fields.length === 0
        ? []
        : [
            table(
              ['column', 'type', 'meaning'],
              fields.map((field) => row(field, `${path}.${field.name}`)),
            ),
          ]),
    ]),
  ];
}

function row(field: Field, path: string): string[] {
  return [code(path), columnType(field), describe(field)];
}

/** As in the schema: a UUID or an e-mail address is a string there. */
function columnType({ type }: Field): string {
  return type === 'uuid' || type === 'email' ? 'string' : type;
}

function personalColumns({ objects }: Stream): string[] {
  return objects.flatMap(({ name, fields }) =>
    fields.filter((field) => field.personal).map((field) => code(`payload.${name}.${field.name}`)),
  );
}

function code(text: string): string {
  return `\`${text}\``;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
