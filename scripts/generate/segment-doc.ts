import { readFile } from 'node:fs/promises';
import { settingsTable } from '../../src/config/about.js';
import type { Call } from '../../src/segment/mapping/calls.js';
import { CircleMapper } from '../../src/segment/mapping/circle-mapper.js';
import { IdentifyPolicy } from '../../src/segment/mapping/identify-policy.js';
import { textOf } from '../../src/segment/mapping/member.js';
import { MessageIds } from '../../src/segment/mapping/message-id.js';
import { targetSettingsSchema } from '../../src/segment/settings.js';
import type { Api, EventKind } from './api.js';
import { sampleRow } from './segment-samples.js';

/** Properties that every track call of a Circle event can have. */
const common = [
  'circle_event_id',
  'circle_event_name',
  'circle_created_at',
  'circle_event_version',
  'actor',
  'member_id',
  'member_public_uid',
  'is_admin',
  'is_moderator',
];

/**
 * The guide to target-segment with its generated parts made anew: settings, table and examples come from the code, the
 * rest stays as it was written.
 *
 * @returns null where the package has no such guide: what people wrote cannot be generated
 */
export async function segmentDoc(path: string, api: Api): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  const kinds = api.streams.flatMap((stream) => stream.kinds);
  const parts = {
    settings: settingsTable(targetSettingsSchema),
    mapping: mappingTable(kinds),
    examples: examples(kinds),
  };
  return Object.entries(parts).reduce((whole, [name, part]) => replacePart(whole, name, part), text);
}

/** The calls that a sample of the kind becomes, with every optional call that there is. */
export function sampleCalls(kind: EventKind): readonly Call[] {
  const mapper = new CircleMapper({
    settings: { communityGroupId: 'engines', includeTraits: true, unknownEvents: 'fail', systemEvents: 'send' },
    userIds: { of: (_id, fields) => textOf(fields['public_uid']) },
    ids: new MessageIds('an example'),
    identify: new IdentifyPolicy('lifecycle'),
    version: '1.0.0',
    overrides: new Map(),
    warn: (message) => {
      throw new Error(message);
    },
  });
  return mapper.calls({ record: sampleRow(kind), timeExtracted: null });
}

function replacePart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/segment.md has no place for "${name}"`);
  return `${text.slice(0, from + begin.length)}\n\n${part}\n\n${text.slice(to)}`;
}

function mappingTable(kinds: readonly EventKind[]): string {
  const rows = kinds.map((kind) => {
    const calls = sampleCalls(kind);
    const track = calls.find((call) => call.type === 'track');
    if (track === undefined) throw new Error(`${kind.name} makes no track call`);
    const own = Object.keys(track.properties).filter((name) => !common.includes(name));
    return `| \`${kind.name}\` | ${calls.map(({ type }) => type).join(', ')} | ${track.event} | ${own.map(code).join(', ')} |`;
  });
  return [
    '| Circle event | Calls | Name of the track call | Properties of its own |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function examples(kinds: readonly EventKind[]): string {
  return kinds
    .map((kind) => {
      const calls = sampleCalls(kind);
      // The context is shown where it is new: of the calls that all have, and of the visit, which adds to it.
      const isFull = calls.length > 1 || kind.objects.includes('visit');
      return `### ${code(kind.name)}\n\n${calls.map((call) => json(isFull ? call : withoutContext(call))).join('\n\n')}`;
    })
    .join('\n\n');
}

function withoutContext(call: Call): object {
  return Object.fromEntries(Object.entries(call).filter(([key]) => key !== 'context'));
}

function json(value: object): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

function code(text: string): string {
  return `\`${text}\``;
}
