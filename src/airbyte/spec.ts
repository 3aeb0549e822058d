import specification from '../../spec.json' with { type: 'json' };
import type { JsonObject } from '../base/json.js';

/** The connector's specification: the whole of `spec.json`. */
export const spec: JsonObject = specification;
