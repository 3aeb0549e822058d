import { givenSettings, noSettings, secretsOf } from '../config/given-settings.js';
import { readJsonFile } from '../config/json-file.js';
import { readSettings, settingsSchema, type Settings } from '../config/settings.js';
import { ConfigError } from '../base/errors.js';
import type { Redactor } from '../base/redactor.js';
import { setLogFormat } from '../io/log-format.js';
import { Output } from '../io/output.js';
import type { StderrLogger } from '../io/stderr-logger.js';
import type { Surroundings } from '../io/surroundings.js';
import { everyStream } from '../sync/every-stream.js';
import { flatten } from '../sync/flatten.js';
import { hashedStreams } from '../sync/hashed-streams.js';
import { chain } from '../sync/shape.js';
import type { SelectedStream } from '../sync/sink.js';
import { selectedStreams } from './catalog.js';
import { runSync } from './run-sync.js';
import { schemaMessage } from './sink.js';
import { SingerState } from './state.js';

/** What the command line asks of the Singer face. */
export interface SingerCommand {
  readonly action: 'sync' | 'test' | 'test-schema';
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

/**
 * Runs the tap.
 *
 * @returns the exit code
 * @throws ConnectorError where nothing could begin, OutputClosedError where the reader went away
 */
export async function runSinger(command: SingerCommand, around: SingerSurroundings): Promise<number> {
  const output = new Output(around.stdout);
  const settings = await settingsOf(command, around);
  const chosen = await hashedStreams(await chosenStreams(command), settings);
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
  const states = state.streamStates(statePath, around.logger);
  return await runSync({ isTest: command.action === 'test', settings, streams, state, states, output }, around);
}

async function settingsOf({ config }: SingerCommand, around: SingerSurroundings): Promise<Settings> {
  if (config.length === 0) throw noSettings();
  const { env, redactor, logger } = around;
  const given = await givenSettings({
    ...{ config, env, prefix: 'TAP_CIRCLE_', schema: settingsSchema },
    ...{ secrets: secretsOf(settingsSchema), redactor },
  });
  const warnings: string[] = [];
  const settings = readSettings(given, (warning) => warnings.push(warning));
  await setLogFormat(logger, settings.logFormat, env);
  for (const warning of warnings) logger.log('warning', warning);
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
