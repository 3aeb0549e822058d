import type { ValidateFunction } from 'ajv';
import type { JsonObject } from '../base/json.js';
import { complaintOf } from '../base/schema-check.js';
import type { SelectedStream } from './sink.js';

/** Checks rows against the schema of their stream, before anything of them is left out. */
export interface RecordValidator {
  /** Whether a row that does not fit ends the stream. */
  readonly fails: boolean;
  /** @returns what is wrong with the row, without its values; null where it fits */
  readonly check: (row: JsonObject) => string | null;
}

/** @returns null where records are not checked */
export async function recordValidator(
  mode: 'off' | 'warn' | 'fail',
  stream: SelectedStream,
): Promise<RecordValidator | null> {
  if (mode === 'off') return null;
  const validate = await compiled(stream);
  return {
    fails: mode === 'fail',
    check: (row) => {
      const complaint = complaintOf(validate, row);
      return complaint === null ? null : `${complaint.path || 'the row'} ${complaint.expected}`;
    },
  };
}

/** Our own schemas were compiled at build time; the compiler is loaded only for one that a catalog has changed. */
async function compiled({ definition, rowSchema }: SelectedStream): Promise<ValidateFunction> {
  if (rowSchema === definition.schema || JSON.stringify(rowSchema) === JSON.stringify(definition.schema)) {
    const own =
      definition.name === 'events'
        ? await import('../generated/validate-events.js')
        : await import('../generated/validate-visits.js');
    return own.default;
  }
  const { compileSchema } = await import('./compile-schema.js');
  return compileSchema(rowSchema);
}
