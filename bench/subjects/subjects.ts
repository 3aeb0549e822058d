import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/base/json.js';
import { TOKEN } from '../measure/bench-server.js';
import type { Command } from '../measure/run-process.js';
import { buildVariant } from './build-variant.js';
import { peersBin } from './peers.js';

const bench = fileURLToPath(new URL('../', import.meta.url));

/** Where the built executables are; `TAP_CIRCLE_DIST` names a build elsewhere. */
export const dist = process.env['TAP_CIRCLE_DIST'] ?? join(bench, '..', 'dist');

export type Face = 'singer' | 'airbyte';
export type Peer = 'meltano-sdk' | 'meltano-sdk-msgspec' | 'airbyte-low-code' | 'dlt';

/** Names as the tables show them. */
export const titles = {
  raw: 'raw client: reads only',
  bare: 'bare loop',
  singer: 'tap-circle, Singer face',
  airbyte: 'tap-circle, Airbyte face',
  'meltano-sdk': 'Meltano SDK tap',
  'meltano-sdk-msgspec': 'Meltano SDK tap, msgspec',
  'airbyte-low-code': 'Airbyte low-code source',
  dlt: 'dlt rest_api source, rows printed',
} as const;

/** What stands in `--catalog`: events alone; `without` names a property, with dots, that is not selected. */
async function singerCatalog(without?: string): Promise<JsonObject> {
  const { streams } = JSON.parse(await readFile(join(bench, '..', 'catalog.json'), 'utf8')) as {
    readonly streams: readonly CatalogEntry[];
  };
  const breadcrumb = JSON.stringify(without?.split('.').flatMap((name) => ['properties', name]));
  const deselected = ({ metadata }: CatalogEntry): JsonObject[] =>
    metadata.map((item) =>
      JSON.stringify(item['breadcrumb']) === breadcrumb ? { ...item, metadata: { selected: false } } : item,
    );
  const events = streams.filter(({ tap_stream_id: id }) => id === 'events');
  return { streams: events.map((entry) => ({ ...entry, metadata: deselected(entry) })) };
}

interface CatalogEntry extends JsonObject {
  readonly tap_stream_id: string;
  readonly metadata: JsonObject[];
}

const configuredCatalog = {
  streams: [
    {
      stream: { name: 'events', json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
      cursor_field: ['created_at'],
      primary_key: [['id']],
    },
  ],
};

/**
 * The tap, by one of its faces, at full speed: no pacing, all else by default.
 *
 * @param folder for its files
 * @param without a property, with dots, that the catalog of the Singer face does not select
 */
export async function tap(
  face: Face,
  origin: string,
  folder: string,
  settings: JsonObject = {},
  without?: string,
): Promise<Command> {
  const config = { api_token: TOKEN, base_url: origin, requests_per_minute: 0, ...settings };
  const configFile = await jsonFile(folder, 'config', config);
  const isSinger = face === 'singer';
  const document = isSinger ? await singerCatalog(without) : configuredCatalog;
  const catalogFile = await jsonFile(folder, `catalog-${face}`, document);
  const files = ['--config', configFile, '--catalog', catalogFile];
  return isSinger ? executable('tap-circle', files) : executable('source-circle', ['read', ...files]);
}

/** One of our own executables. */
export function executable(name: string, args: readonly string[]): Command {
  return { program: process.execPath, args: [join(dist, `${name}.js`), ...args] };
}

/** The bare loop, or the client that only reads. @param folder for their compiled form */
export async function loop(kind: 'bare' | 'raw', firstPage: string, folder: string, token = TOKEN): Promise<Command> {
  const name = kind === 'bare' ? 'bare-loop' : 'raw-client';
  const file = await buildVariant(`bench/subjects/${name}.ts`, folder);
  return { program: process.execPath, args: [file, firstPage, token] };
}

/** Another connector for the same API. */
export async function peer(name: Peer, origin: string, folder: string): Promise<Command> {
  const bin = await peersBin();
  const python = join(bin, 'python');
  const config = await jsonFile(folder, 'config-peer', { api_token: TOKEN, base_url: origin });
  switch (name) {
    case 'meltano-sdk':
    case 'meltano-sdk-msgspec': {
      const flags = name === 'meltano-sdk' ? [] : ['--msgspec'];
      return { program: python, args: [join(bench, 'peers/meltano_sdk_tap.py'), '--config', config, ...flags] };
    }
    case 'airbyte-low-code': {
      const catalog = await jsonFile(folder, 'catalog-airbyte', configuredForPeer);
      const manifest = join(bench, 'peers/airbyte_manifest.yaml');
      const args = ['read', '--config', config, '--catalog', catalog, '--manifest-path', manifest];
      return { program: join(bin, 'source-declarative-manifest'), args };
    }
    case 'dlt':
      return { program: python, args: [join(bench, 'peers/dlt_source.py'), origin, TOKEN] };
  }
}

const configuredForPeer = {
  streams: configuredCatalog.streams.map((stream) => ({ ...stream, sync_mode: 'full_refresh' })),
};

async function jsonFile(folder: string, name: string, content: unknown): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify(content));
  return path;
}
