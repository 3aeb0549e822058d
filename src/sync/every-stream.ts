import { unchanged } from './shape.js';
import type { SelectedStream } from './sink.js';
import { streams } from './streams.js';

/** Every stream whole and incremental: what there is to select from, and what is synced without a catalog. */
export function everyStream(): SelectedStream[] {
  return streams.map((definition) => ({
    definition,
    method: 'INCREMENTAL',
    rowSchema: definition.schema,
    shape: unchanged(definition.schema),
  }));
}
