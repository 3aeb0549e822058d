import { Ajv } from 'ajv';
import { messageOf } from '../../base/errors.js';
import { parseInstant } from '../../base/instant.js';
import type { JsonObject } from '../../base/json.js';
import { complaintOf } from '../../base/schema-check.js';

/** @returns what is wrong with a record, without its values; null where it fits its schema */
export type RecordCheck = (record: JsonObject) => string | null;

/** Decimals are checked to so many places; exact arithmetic of doubles would find fault with 0.1. */
const DECIMAL_PLACES = 10;

/**
 * Makes the check of a stream's records. This module holds the compiler: load it only where there is a stream.
 *
 * Taps are taken as they are. A date-time is any timestamp that can be read (many have no zone, or a space for the T),
 * and other formats are not checked, since SQL targets do not check them either.
 *
 * @throws Error where the schema itself is wrong
 */
export function compileRecordCheck(schema: JsonObject): RecordCheck {
  const ajv = new Ajv({
    strict: false,
    logger: false,
    validateSchema: false,
    multipleOfPrecision: DECIMAL_PLACES,
    formats: { 'date-time': (text: string) => parseInstant(text) !== null },
  });
  // Whatever draft and id it names, the keywords that a stream's schema is made of are the same in all.
  const keywords = Object.entries(schema).filter(([key]) => !['$schema', '$id', 'id'].includes(key));
  try {
    const validate = ajv.compile(Object.fromEntries(keywords));
    return (record) => {
      const complaint = complaintOf(validate, record);
      return complaint === null ? null : `${complaint.path || 'the record'} ${complaint.expected}`;
    };
  } catch (cause) {
    throw new Error(`has a schema that cannot be used: ${messageOf(cause)}`, { cause });
  }
}
