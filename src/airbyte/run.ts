import { ConfigError, messageOf, stackOf } from '../base/errors.js';
import type { Redactor } from '../base/redactor.js';
import type { Settings } from '../config/settings.js';
import { Output, OutputClosedError } from '../io/output.js';
import type { StderrLogger } from '../io/stderr-logger.js';
import type { Surroundings } from '../io/surroundings.js';
import type { SelectedStream } from '../sync/sink.js';
import { usage, type AirbyteCommand } from './command.js';
import { AirbyteLogger } from './logger.js';
import { Messages } from './messages.js';

/** What an Airbyte run has of its process. */
export interface AirbyteSurroundings extends Surroundings {
  /** Only its level is used: an Airbyte run keeps off stderr. */
  readonly logger: StderrLogger;
  readonly redactor: Redactor;
  readonly isDebug: boolean;
  readonly version: string;
  /** About the command line, to be told first. */
  readonly warnings: readonly string[];
}

/** What the verbs work with. */
export interface AirbyteRun {
  readonly output: Output;
  readonly messages: Messages;
  readonly logger: AirbyteLogger;
  readonly redactor: Redactor;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * Runs the Airbyte source. Whatever goes wrong is told in messages, as Airbyte's connector tests ask for: a
 * wrong configuration in `check` is an answer, everything else a TRACE ERROR and a failure.
 *
 * @returns the exit code
 * @throws OutputClosedError where the reader went away: there is nobody to send a message to
 */
export async function runAirbyte(command: AirbyteCommand, around: AirbyteSurroundings): Promise<number> {
  const { now, random, redactor, signal, version } = around;
  const output = new Output(around.stdout);
  const messages = new Messages({ output, redactor, now, showsStacks: around.isDebug });
  const logger = new AirbyteLogger(messages, around.isDebug ? 'debug' : around.logger.lowest);
  const run: AirbyteRun = { output, messages, logger, redactor, version, signal, now, random };
  for (const warning of around.warnings) logger.log('warning', warning);
  let code: number;
  try {
    code = await runVerb(command, run);
  } catch (error) {
    if (error instanceof OutputClosedError) throw error;
    code = 1;
    if (!signal.aborted) await messages.error(error);
  }
  await output.flush();
  return code;
}

/** What a verb needs is loaded only now: `spec` is asked for often, and needs next to nothing. */
async function runVerb(command: AirbyteCommand, run: AirbyteRun): Promise<number> {
  switch (command.verb) {
    case 'help':
      await run.output.write(`${usage}\n`);
      return 0;
    case 'spec': {
      const { spec } = await import('./spec.js');
      await run.messages.spec(spec);
      return 0;
    }
    case 'discover': {
      const [{ airbyteCatalog }, { everyStream }] = await Promise.all([
        import('./catalog.js'),
        import('../sync/every-stream.js'),
      ]);
      // A configuration only matters for the fields that it wants hashed: they are text then.
      const streams = command.config === undefined ? everyStream() : (await configured(command.config, run)).streams;
      await run.messages.catalog(airbyteCatalog(streams));
      return 0;
    }
    case 'check':
      return await check(command.config, run);
    case 'read': {
      const { readConfigFile } = await import('./settings.js');
      const settings = await readConfigFile(command.config, run.redactor, run.logger);
      const { read } = await import('./read.js');
      return await read(command, settings, run);
    }
  }
}

async function check(config: string, run: AirbyteRun): Promise<number> {
  const { messages, logger } = run;
  let complaint: string | null;
  try {
    const { settings } = await configured(config, run);
    const { complaintOfConnection } = await import('./check.js');
    complaint = await complaintOfConnection(settings, run, run.signal);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    logger.log('debug', stackOf(error));
    complaint = messageOf(error);
  }
  if (complaint === null) await messages.connectionStatus('SUCCEEDED');
  else await messages.connectionStatus('FAILED', complaint);
  return 0;
}

/** The settings, and the streams as they make them. @throws ConfigError where the file or a setting is wrong */
async function configured(
  path: string,
  { redactor, logger }: AirbyteRun,
): Promise<{ settings: Settings; streams: SelectedStream[] }> {
  const [{ readConfigFile }, { everyStream }, { hashedStreams }] = await Promise.all([
    import('./settings.js'),
    import('../sync/every-stream.js'),
    import('../sync/hashed-streams.js'),
  ]);
  const settings = await readConfigFile(path, redactor, logger);
  return { settings, streams: await hashedStreams(everyStream(), settings) };
}
