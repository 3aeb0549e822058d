import type { ErrorObject, ValidateFunction } from 'ajv';

/** One thing that is wrong in a document: where, and what was expected there. */
export interface Complaint {
  /** Keys from the top, `streams[0].schema`; empty for the document itself. */
  readonly path: string;
  readonly expected: string;
}

/**
 * Checks a document against a schema that was compiled at build time.
 *
 * @returns the first thing that is wrong, in words without values of the document; null where nothing is
 */
export function complaintOf(validate: ValidateFunction, document: unknown): Complaint | null {
  if (validate(document)) return null;
  const error = validate.errors?.[0];
  return error === undefined ? { path: '', expected: 'something else' } : complaintFrom(error);
}

function complaintFrom(error: ErrorObject): Complaint {
  const params = error.params as Record<string, unknown>;
  const path = pathFrom(error.instancePath);
  switch (error.keyword) {
    case 'required':
      return { path: joinPath(path, String(params['missingProperty'])), expected: 'is missing' };
    case 'enum':
      return { path, expected: `must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}` };
    case 'type':
      return { path, expected: `must be ${[params['type']].flat().map(String).join(' or ')}` };
    case 'minLength':
    case 'minItems':
      return { path, expected: 'must not be empty' };
    case 'pattern': {
      const descriptor = (error.parentSchema as { pattern_descriptor?: unknown } | undefined)?.pattern_descriptor;
      return { path, expected: `must have the form ${String(descriptor ?? params['pattern'])}` };
    }
    default:
      return { path, expected: error.message ?? 'is wrong' };
  }
}

function pathFrom(pointer: string): string {
  let path = '';
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    path = /^\d+$/.test(key) ? `${path}[${key}]` : joinPath(path, key);
  }
  return path;
}

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
