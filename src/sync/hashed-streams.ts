import type { HashSettings } from './hash-fields.js';
import type { SelectedStream } from './sink.js';

/**
 * The streams with the fields hashed that the settings name; see `hash-fields`, which is loaded only where there are
 * some: Node's crypto takes a quarter as long to load as Node itself.
 *
 * @throws ConfigError where a path is no field of any stream, is an object, or is a key
 */
export async function hashedStreams<Stream extends SelectedStream>(
  streams: readonly Stream[],
  settings: HashSettings,
): Promise<Stream[]> {
  if (settings.hashFields.length === 0) return [...streams];
  const { withHashedFields } = await import('./hash-fields.js');
  return withHashedFields(streams, settings);
}
