import { isSafeNumber, LosslessNumber, parse as parseLossless, stringify } from 'lossless-json';
import { ReportError } from '../base/errors.js';
import type { JsonObject } from '../base/json.js';
import type { Stretch } from './answer.js';

/**
 * Prints the records that are made of rows, with the digits that the API sent also where JavaScript would change them.
 *
 * @throws ReportError where a row is nested too deeply for that
 */
export function printRecords(stretch: Stretch, record: (row: JsonObject) => JsonObject): string[] {
  try {
    if (!stretch.hasOddNumbers) return stretch.rows.map((row) => JSON.stringify(record(row)));
    return exactRows(stretch.text).map((row) => stringify(record(row)) ?? 'null');
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ReportError(
      'A row is nested too deeply to be changed. Where properties are neither left out nor flattened nor hashed, it comes through',
      { cause },
    );
  }
}

/** The rows with numbers as objects where a double would not keep their digits. */
export function exactRows(text: string): JsonObject[] {
  return parseLossless(text, undefined, {
    parseNumber: (digits) => (keepsDigits(digits) ? Number(digits) : new LosslessNumber(digits)),
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonObject[];
}

function keepsDigits(digits: string): boolean {
  return isSafeNumber(digits) && !Object.is(Number(digits), -0);
}
