import { fieldTypes, type Api, type FieldType, type Stream } from './api.js';

/** TypeScript source with the names of events and of what their payloads hold; not formatted yet. */
export function eventNamesOf(api: Api): string {
  const [events, visits] = [streamOf(api, 'events'), streamOf(api, 'visits')];
  const [visit] = visits.kinds;
  if (visit === undefined) throw new Error('the stream "visits" has no kind of row');
  const kinds = [...events.kinds, visit];
  const objects = new Map([...events.objects, ...visits.objects].map((object) => [object.name, object.fields]));

  const payloadObjects = Object.fromEntries(kinds.map(({ name, objects }) => [name, objects]));
  const payloadTypes: Record<string, string> = {};
  const payloadFields: Record<string, Record<string, FieldType>> = {};
  for (const [name, fields] of objects) {
    const constant = fields.find((field) => field.name === 'type')?.constant;
    if (constant !== undefined) payloadTypes[name] = constant;
    payloadFields[name] = Object.fromEntries(fields.map((field) => [field.name, field.type]));
  }

  return `// Generated from openapi/circle-data-api.yaml by \`npm run generate\`. Do not edit.

/** The names that Circle's reference lists. Circle adds names without notice, so a row may have another. */
export const eventNames = ${JSON.stringify(events.kinds.map(({ name }) => name))} as const;

/** The one name in the visits feed. */
export const visitName = ${JSON.stringify(visit.name)};

/** Event name to the names of the objects in its payload. */
export const payloadObjects: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(payloadObjects)};

/** Name of a payload object to the one value of its field \`type\`, for those that have this field. */
export const payloadTypes: Readonly<Record<string, string>> = ${JSON.stringify(payloadTypes)};

/** What a field holds. */
export type FieldType = ${fieldTypes.map((type) => JSON.stringify(type)).join(' | ')};

/** Name of a payload object to its fields. */
export const payloadFields: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = ${JSON.stringify(payloadFields)};
`;
}

function streamOf(api: Api, name: string): Stream {
  const stream = api.streams.find((candidate) => candidate.name === name);
  if (stream === undefined) throw new Error(`no operation is the stream "${name}"`);
  return stream;
}
