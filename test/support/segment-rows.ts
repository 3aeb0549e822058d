/** A SCHEMA of Circle's, as small as it may be. */
export const circleSchema = {
  type: 'SCHEMA',
  stream: 'events',
  key_properties: ['id'],
  schema: {
    type: 'object',
    required: ['id', 'created_at'],
    properties: {
      id: { type: 'string' },
      name: { type: ['string', 'null'] },
      triggered_at: { type: ['string', 'null'], format: 'date-time' },
      created_at: { type: 'string', format: 'date-time' },
      version: { type: ['string', 'null'] },
      payload: { type: ['object', 'null'], additionalProperties: true },
    },
    additionalProperties: true,
  },
} as const;

/** The member of most rows here. */
export const ada = {
  type: 'CommunityMember',
  id: 7,
  public_uid: 'ada7',
  email: 'ada@example.com',
  name: 'Ada L',
  first_name: 'Ada',
  last_name: 'L',
  is_admin: false,
  is_moderator: false,
};

/** A RECORD of Circle's. */
export function circleRecord(id: string, change: Readonly<Record<string, unknown>> = {}): { record: object } {
  return {
    ...{ type: 'RECORD', stream: 'events' },
    record: {
      id,
      name: 'spaces.left',
      triggered_at: '2026-01-02T03:04:05.678901Z',
      created_at: '2026-01-02T03:04:06Z',
      version: '1',
      payload: { initiator: ada, space: { type: 'Space', id: 3, name: 'Garden', slug: 'garden' } },
      ...change,
    },
  };
}

export function circleRecords(from: number, count: number, change: Readonly<Record<string, unknown>> = {}): object[] {
  return Array.from({ length: count }, (_, index) => circleRecord(`row-${from + index}`, change));
}

export function state(value: unknown): object {
  return { type: 'STATE', value };
}
