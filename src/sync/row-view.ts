import type { ValidateFunction } from 'ajv';
import type { JsonObject } from '../base/json.js';
import { complaintOf } from '../base/schema-check.js';
import type { RowView } from '../circle/page.js';
import { guideOf } from '../circle/row-guide.js';
import validateEvents from '../generated/validate-events.js';
import validateVisits from '../generated/validate-visits.js';
import type { SelectedStream } from './sink.js';
import type { StreamDefinition } from './streams.js';

/** What else is wanted of rows. */
export interface Wanted {
  /** Whether they are checked against their schema. */
  readonly checks: boolean;
  readonly names: boolean;
}

/** Those of the streams' own schemas. */
const validators: Readonly<Record<StreamDefinition['name'], ValidateFunction>> = {
  events: validateEvents,
  visits: validateVisits,
};

/** What is looked at in rows that are not checked. */
const unchecked: JsonObject = { properties: { id: {}, created_at: {}, name: {} } };

/**
 * Makes the view that the rows of a stream are read with. They are checked before anything of them is left out;
 * complaints have no values of the row.
 */
export async function rowViewOf(stream: SelectedStream, { checks, names }: Wanted): Promise<RowView> {
  const { definition, rowSchema, shape } = stream;
  const isOwn = rowSchema === definition.schema || JSON.stringify(rowSchema) === JSON.stringify(definition.schema);
  const validate = checks ? await validatorOf(definition.name, isOwn ? null : rowSchema) : null;
  return {
    check: validate === null ? null : (row) => complaintAbout(row, validate),
    apply: shape.apply,
    // Our own schemas ask for forms that are ASCII; what a catalog's schema asks for is not known.
    readsLetters: (checks && !isOwn) || shape.readsLetters,
    names,
    guide: shape.apply === null ? guideOf(checks ? rowSchema : unchecked) : null,
  };
}

/**
 * Our own schemas were compiled at build time; the compiler is loaded only for one that a catalog has changed.
 *
 * @param other null for the stream's own
 */
async function validatorOf(stream: StreamDefinition['name'], other: JsonObject | null): Promise<ValidateFunction> {
  if (other !== null) {
    const { compileSchema } = await import('./compile-schema.js');
    return compileSchema(other, stream);
  }
  return validators[stream];
}

function complaintAbout(row: JsonObject, validate: ValidateFunction): string | null {
  const complaint = complaintOf(validate, row);
  return complaint === null ? null : `${complaint.path || 'the row'} ${complaint.expected}`;
}
