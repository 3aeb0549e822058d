import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { ConfigError, messageOf } from '../base/errors.js';
import type { JsonObject } from '../base/json.js';

/**
 * Compiles a schema that is only known at run time; loads the whole compiler, so import it only then.
 *
 * @throws ConfigError where it is no schema
 */
export function compileSchema(schema: JsonObject, stream: string): ValidateFunction {
  // What is unknown in it is left out, without a word on stderr.
  const ajv = new Ajv({ strict: false, logger: false });
  formats.default(ajv, { mode: 'fast' });
  try {
    // Whatever draft it names, the keywords that a stream's schema is made of are the same in all.
    return ajv.compile(Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema')));
  } catch (cause) {
    throw new ConfigError(
      `The catalog's schema of ${stream} is none that records can be checked with: ${messageOf(cause)}. ` +
        'Correct it, or set validate_records to off',
      { cause },
    );
  }
}
