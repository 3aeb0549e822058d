import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { JsonObject } from '../base/json.js';

/** Compiles a schema that is only known at run time; loads the whole compiler, so import it only then. */
export function compileSchema(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv, { mode: 'fast' });
  // Whatever draft it names, the keywords that a stream's schema is made of are the same in all.
  return ajv.compile(Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema')));
}
