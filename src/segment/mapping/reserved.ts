/**
 * Columns that Segment gives to every table in a warehouse. A property or trait of such a name is discarded there
 * without a word (Segment's "Warehouse Schemas", on reserved column names).
 */
const reserved: ReadonlySet<string> = new Set([
  'id',
  'user_id',
  'anonymous_id',
  'group_id',
  'event',
  'event_text',
  'timestamp',
  'original_timestamp',
  'sent_at',
  'received_at',
  'uuid',
  'uuid_ts',
  'loaded_at',
]);

/** Whether a warehouse would drop a property of that name, in any spelling (`userId` becomes `user_id`). */
export function isReserved(name: string): boolean {
  const column = name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return reserved.has(column) || column.startsWith('context_');
}
