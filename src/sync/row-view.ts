import type { ValidateFunction } from 'ajv';
import type { JsonObject } from '../base/json.js';
import { complaintOf } from '../base/schema-check.js';
import type { RowView } from '../circle/page.js';
import { chain, select, unchanged, type Shape, type ShapeStep } from './shape.js';
import type { SelectedStream } from './sink.js';
import type { StreamDefinition } from './streams.js';

/** What a {@link RowView} is made of, as plain data: another thread can make the same one of it. */
export interface ViewRecipe {
  readonly stream: StreamDefinition['name'];
  /** What rows are checked against, before anything of them is left out; `own` is the stream's schema, null nothing. */
  readonly check: JsonObject | 'own' | null;
  readonly rowSchema: JsonObject;
  /** What is changed of a row on the way to its record. */
  readonly steps: readonly ShapeStep[];
  /** Whether the names of rows are wanted. */
  readonly names: boolean;
}

/** What else is wanted of rows. */
export interface Wanted {
  /** Whether they are checked against their schema. */
  readonly checks: boolean;
  readonly names: boolean;
}

export function viewRecipe({ definition, rowSchema, shape }: SelectedStream, { checks, names }: Wanted): ViewRecipe {
  const { name, schema } = definition;
  const isOwn = rowSchema === schema || JSON.stringify(rowSchema) === JSON.stringify(schema);
  return { stream: name, check: checks ? (isOwn ? 'own' : rowSchema) : null, rowSchema, steps: shape.steps, names };
}

/** Makes the view that the rows of a stream are read with. Complaints of its check have no values of the row. */
export async function rowViewOf({ stream, check, rowSchema, steps, names }: ViewRecipe): Promise<RowView> {
  const validate = check === null ? null : await validatorOf(stream, check);
  let shape = unchanged(rowSchema);
  for (const step of steps) shape = chain(shape, await changeOf(step));
  return {
    check: validate === null ? null : (row) => complaintAbout(row, validate),
    apply: shape.apply,
    // Our own schemas ask for forms that are ASCII; what a catalog's schema asks for is not known.
    readsLetters: (check !== null && check !== 'own') || steps.some(readsLetters),
    names,
  };
}

/** Our own schemas were compiled at build time; the compiler is loaded only for one that a catalog has changed. */
async function validatorOf(stream: ViewRecipe['stream'], check: JsonObject | 'own'): Promise<ValidateFunction> {
  if (check !== 'own') {
    const { compileSchema } = await import('./compile-schema.js');
    return compileSchema(check);
  }
  const own =
    stream === 'events'
      ? await import('../generated/validate-events.js')
      : await import('../generated/validate-visits.js');
  return own.default;
}

function complaintAbout(row: JsonObject, validate: ValidateFunction): string | null {
  const complaint = complaintOf(validate, row);
  return complaint === null ? null : `${complaint.path || 'the row'} ${complaint.expected}`;
}

/** What is needed for a step is loaded only for it. */
async function changeOf(step: ShapeStep): Promise<(schema: JsonObject) => Shape> {
  switch (step.kind) {
    case 'select': {
      const dropped = new Set(step.dropped.map((path) => JSON.stringify(path)));
      return (schema) => select(schema, (path) => !dropped.has(JSON.stringify(path)));
    }
    case 'hash': {
      const { hashed } = await import('./hash-fields.js');
      return (schema) => hashed(schema, step.paths, step.salt);
    }
    case 'flatten': {
      const { flatten } = await import('./flatten.js');
      return (schema) => flatten(schema, step.options);
    }
  }
}

/** Keys that are left out have to be found by their letters. */
function readsLetters(step: ShapeStep): boolean {
  return step.kind !== 'select' || /[\u0080-\uffff]/.test(step.dropped.flat().join(''));
}
