import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isJsonObject } from '../../src/base/json.js';

export interface Ids {
  readonly rows: number;
  /** How many ids differ from each other. */
  readonly distinct: number;
  /** SHA-256 of the ids, sorted. */
  readonly hash: string;
  readonly inOrder: readonly string[];
}

/** The ids of the rows in what a connector printed: Singer, Airbyte, or rows alone. */
export async function idsOfOutput(path: string): Promise<Ids> {
  const inOrder: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const id = rowOf(JSON.parse(line))?.['id'];
    if (typeof id === 'string') inOrder.push(id);
  }
  return { ...summaryOf(inOrder), inOrder };
}

function summaryOf(ids: readonly string[]): Omit<Ids, 'inOrder'> {
  const hash = createHash('sha256')
    .update([...ids].sort().join('\n'))
    .digest('hex');
  return { rows: ids.length, distinct: new Set(ids).size, hash };
}

function rowOf(message: unknown): Readonly<Record<string, unknown>> | null {
  if (!isJsonObject(message)) return null;
  const { type, record } = message;
  if (type === 'RECORD' && isJsonObject(record)) return isJsonObject(record['data']) ? record['data'] : record;
  return type === undefined ? message : null;
}
