import catalog from '../../catalog.json' with { type: 'json' };
import { settingsOfEnvironment } from '../config/environment.js';
import { readJsonFile } from '../config/json-file.js';
import { readSettings, settingsOfFile, settingsSchema, type GivenSettings, type Settings } from '../config/settings.js';
import { ConfigError, UsageError } from '../base/errors.js';
import type { Redactor } from '../base/redactor.js';
import { wantsStructuredLogs } from '../io/log-format.js';
import { Output } from '../io/output.js';
import type { StderrLogger } from '../io/stderr-logger.js';
import type { Surroundings } from '../io/surroundings.js';
import { everyStream } from '../sync/every-stream.js';
import { flatten } from '../sync/flatten.js';
import { withHashedFields } from '../sync/hash-fields.js';
import { chain } from '../sync/shape.js';
import type { SelectedStream } from '../sync/sink.js';
import { selectedStreams } from './catalog.js';
import { schemaMessage } from './sink.js';
import { SingerState } from './state.js';

/** What the command line asks of the Singer face. */
export interface SingerCommand {
  readonly action: 'sync' | 'discover' | 'test' | 'test-schema';
  /** Files, or `ENV`. Later ones win, the environment over all. */
  readonly config: readonly string[];
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
}

/** What a Singer run has of its process. */
export interface SingerSurroundings extends Surroundings {
  readonly logger: StderrLogger;
  readonly redactor: Redactor;
  readonly version: string;
  /** Whether to show where errors happened. */
  readonly isDebug: boolean;
}

const ENVIRONMENT_PREFIX = 'TAP_CIRCLE_';

/**
 * Runs the tap.
 *
 * @returns the exit code
 * @throws ConnectorError where nothing could begin, OutputClosedError where the reader went away
 */
export async function runSinger(command: SingerCommand, around: SingerSurroundings): Promise<number> {
  const output = new Output(around.stdout);
  if (command.action === 'discover') {
    // Needs no configuration: Meltano discovers before each sync, others before there is a token.
    await output.write(JSON.stringify(catalog, null, 2) + '\n');
    await output.flush();
    return 0;
  }
  const settings = await settingsOf(command, around);
  const chosen = withHashedFields(await chosenStreams(command), settings);
  const streams = chosen.map((stream) => flattened(stream, settings));
  if (command.action === 'test-schema') {
    for (const stream of streams) await output.write(schemaMessage(stream) + '\n');
    await output.flush();
    return 0;
  }
  const statePath = command.state ?? 'the state';
  const state =
    command.state === undefined || command.action === 'test'
      ? SingerState.empty()
      : SingerState.read(statePath, await readJsonFile(command.state, 'state'));
  const { runSync } = await import('./run-sync.js');
  const states = state.streamStates(statePath, around.logger);
  return await runSync({ isTest: command.action === 'test', settings, streams, state, states, output }, around);
}

async function settingsOf({ config }: SingerCommand, around: SingerSurroundings): Promise<Settings> {
  if (config.length === 0) {
    throw new UsageError('--config is missing: name a file with settings, or ENV for the environment');
  }
  const sources: GivenSettings[] = [];
  for (const path of config.filter((name) => name !== 'ENV')) {
    sources.push(settingsOfFile(path, await readJsonFile(path, 'configuration')));
  }
  if (config.includes('ENV')) sources.push(settingsOfEnvironment(around.env, ENVIRONMENT_PREFIX, settingsSchema));
  for (const { values } of sources) {
    for (const secret of [values['api_token'], values['hash_salt']]) {
      if (typeof secret === 'string') around.redactor.add(secret);
    }
  }
  const warnings: string[] = [];
  const settings = readSettings(sources, (warning) => warnings.push(warning));
  const { logFormat } = settings;
  const isJson = logFormat === 'json' || (logFormat === 'auto' && (await wantsStructuredLogs(around.env)));
  around.logger.format = isJson ? 'json' : 'text';
  for (const warning of warnings) around.logger.log('warning', warning);
  return settings;
}

async function chosenStreams(command: SingerCommand): Promise<SelectedStream[]> {
  // A test is of all streams, whatever the catalog selects.
  if (command.catalog === undefined || command.action !== 'sync') return everyStream();
  const streams = selectedStreams(command.catalog, await readJsonFile(command.catalog, 'catalog'));
  if (streams.length === 0) throw new ConfigError(`${command.catalog}: streams selects no stream; select one at least`);
  return streams;
}

function flattened(stream: SelectedStream, settings: Settings): SelectedStream {
  if (!settings.flatteningEnabled) return stream;
  const options = {
    maxDepth: settings.flatteningMaxDepth,
    maxKeyLength: settings.flatteningMaxKeyLength,
    separator: settings.flatteningSeparator,
  };
  return { ...stream, shape: chain(stream.shape, (schema) => flatten(schema, options)) };
}
