import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { run, Workspace } from '../support/tap.js';

let workspace: Workspace;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ events: 400, visits: 100, seed: 2 });
});
afterAll(async () => {
  await sandbox.close();
});
beforeEach(async () => {
  workspace = await Workspace.make();
});
afterEach(async () => {
  await workspace.remove();
});

const config = (): Record<string, unknown> => ({ api_token: sandbox.token, base_url: sandbox.url });

interface Entry {
  tap_stream_id: string;
  schema: { required: string[] };
  metadata: { breadcrumb: string[]; metadata: Record<string, unknown> }[];
}

/** The catalog as --discover prints it, changed as a user or Meltano would. */
async function catalogWith(change: (entry: Entry) => void): Promise<{ streams: Entry[] }> {
  const { stdout } = await run('tap-circle', ['--discover']);
  const catalog = JSON.parse(stdout) as { streams: Entry[] };
  catalog.streams.forEach(change);
  return catalog;
}

function set(entry: Entry, breadcrumb: readonly string[], metadata: Record<string, unknown>): void {
  const path = breadcrumb.flatMap((part) => ['properties', part]);
  const found = entry.metadata.find((item) => JSON.stringify(item.breadcrumb) === JSON.stringify(path));
  Object.assign(found?.metadata ?? {}, metadata);
}

function propertiesAt(schema: unknown, ...path: string[]): string[] {
  let at = schema as { properties: Record<string, unknown> };
  for (const key of path) at = at.properties[key] as typeof at;
  return Object.keys(at.properties);
}

describe('--discover', () => {
  test('prints the catalog alone, needs no configuration, and what it prints works with --catalog', async () => {
    const ended = await run('tap-circle', ['--discover']);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const synced = await workspace.tap(config(), { catalog: ended.stdout });
    expect(synced.code).toBe(0);
    expect([synced.ids('events').length, synced.ids('visits').length]).toEqual([400, 100]);
    const without = await workspace.tap(config());
    const rows = (from: typeof synced): unknown =>
      from.messages.filter(({ type }) => type === 'RECORD').map(({ record }) => record);
    expect(rows(synced)).toEqual(rows(without));
  });
});

describe('selection', () => {
  test.each([false, 'false', 'False'])(
    'selected: %p takes a stream, a nested field and a whole object out',
    async (no) => {
      const catalog = await catalogWith((entry) => {
        if (entry.tap_stream_id === 'visits') set(entry, [], { selected: no });
        set(entry, ['payload', 'initiator', 'email'], { selected: no });
        set(entry, ['payload', 'space'], { selected: no });
        set(entry, ['version'], { selected: no });
        entry.schema.required.push('version');
      });
      const synced = await workspace.tap(config(), { catalog });
      expect(synced.code).toBe(0);
      expect(synced.messages.filter(({ stream }) => stream === 'visits')).toEqual([]);
      const schema = synced.messages.find(({ type }) => type === 'SCHEMA')?.schema;
      expect(propertiesAt(schema)).toEqual(['id', 'name', 'triggered_at', 'created_at', 'payload']);
      expect(schema?.required).toEqual(['id', 'created_at']);
      expect(propertiesAt(schema, 'payload')).not.toContain('space');
      expect(propertiesAt(schema, 'payload', 'initiator')).not.toContain('email');
      expect(propertiesAt(schema, 'payload', 'initiator')).toContain('first_name');
      // The oracle: the sandbox's rows, with the same keys deleted.
      const rows = new Map([...sandbox.rows('events')].map(({ id, text }) => [id, text]));
      expect(synced.records('events')).toHaveLength(400);
      for (const record of synced.records('events')) {
        const row = JSON.parse(rows.get(record.id) ?? '') as {
          version?: string;
          payload: Record<string, Record<string, unknown>>;
        };
        delete row.version;
        delete row.payload['space'];
        delete row.payload['initiator']?.['email'];
        expect(record).toEqual(row);
      }
    },
  );

  test('inclusion automatic beats selected: false; a key cannot be deselected, not even by hand', async () => {
    const catalog = await catalogWith((entry) => {
      set(entry, ['id'], { selected: false, inclusion: 'available' });
      set(entry, ['created_at'], { selected: false });
      set(entry, ['name'], { selected: false, inclusion: 'automatic' });
    });
    const synced = await workspace.tap(config(), { catalog });
    expect(synced.records('events')[0]).toEqual(
      expect.objectContaining({ id: expect.any(String), created_at: expect.any(String), name: expect.any(String) }),
    );
    expect(propertiesAt(synced.messages[0]?.schema)).toEqual(expect.arrayContaining(['id', 'created_at', 'name']));
  });

  test('selected-by-default counts where nothing is selected, inclusion unsupported always', async () => {
    const catalog = await catalogWith((entry) => {
      const root = entry.metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
      delete root['selected'];
      set(entry, ['version'], { 'selected-by-default': false });
      set(entry, ['triggered_at'], { inclusion: 'unsupported', selected: true });
    });
    const synced = await workspace.tap(config(), { catalog });
    expect(propertiesAt(synced.messages[0]?.schema)).toEqual(['id', 'name', 'created_at', 'payload']);
    expect(synced.ids('visits')).toHaveLength(100);
  });

  test('a stream that the catalog does not name is not synced, and its bookmark is carried on', async () => {
    const whole = await workspace.tap(config());
    const state = {
      ...whole.lastState,
      currently_syncing: 'x',
      bookmarks: { ...whole.lastState?.bookmarks, people: { a: 1 } },
    };
    const catalog = await catalogWith(() => undefined);
    const synced = await workspace.tap(config(), {
      state,
      catalog: { streams: catalog.streams.filter(({ tap_stream_id: id }) => id === 'events') },
    });
    expect(synced.ids('events')).toEqual([]);
    expect(synced.lastState).toEqual(state);
  });

  test.each([
    ['a draft 4 bound', { type: 'number', exclusiveMinimum: true }],
    ['a type that there is not', { type: 'strin' }],
    ['a pattern that is none', { type: 'string', pattern: '(?i)x[' }],
    ['a reference to somewhere else', { $ref: 'https://example.org/schema.json' }],
  ])('a schema that is none, by %s, is an error that names the stream; the other one is synced', async (_, wrong) => {
    const catalog = await catalogWith((entry) => {
      if (entry.tap_stream_id === 'events') Object.assign(entry.schema, { properties: { id: {}, version: wrong } });
    });
    const synced = await workspace.tap(config(), { catalog });
    expect([synced.code, synced.records('events').length, synced.records('visits').length]).toEqual([1, 0, 100]);
    const critical = synced.told.filter((line) => !line.startsWith('INFO'));
    expect(critical).toEqual([
      expect.stringMatching(/^CRITICAL events: The catalog's schema of events is none.*validate_records/),
    ]);
  });

  test('what ajv does not know in a schema is left out, without a word on stderr', async () => {
    const catalog = await catalogWith((entry) => {
      Object.assign(entry.schema, { properties: { id: { type: 'string', format: 'circle-name', 'x-mine': 1 } } });
    });
    const synced = await workspace.tap({ ...config(), log_format: 'json' }, { catalog });
    expect([synced.code, synced.records('events').length]).toEqual([0, 400]);
    for (const line of synced.stderr.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  test('--properties is the older name of --catalog', async () => {
    const path = await workspace.file(
      'properties.json',
      await catalogWith((entry) => set(entry, ['payload'], { selected: false })),
    );
    const synced = await workspace.tap(config(), { args: ['--properties', path] });
    expect(synced.records('visits')[0]).not.toHaveProperty('payload');
  });
});

test('--config=ENV reads the environment, which beats files; a later file beats an earlier one', async () => {
  const wrong = await workspace.file('wrong.json', {
    api_token: 'w',
    base_url: 'http://127.0.0.1:9',
    max_retry_seconds: 0,
  });
  const right = await workspace.file('right.json', { base_url: sandbox.url, event_names: ['post.liked'] });
  const args = ['--config', wrong, '--config', right, '--config=ENV'];
  const env = {
    TAP_CIRCLE_API_TOKEN: sandbox.token,
    TAP_CIRCLE_EVENT_NAMES: '["space_groups.joined"]',
    TAP_CIRCLE_PAGE_SIZE: '50',
  };
  const ended = await run('tap-circle', args, { env });
  expect(ended.code).toBe(0);
  const wanted = [...sandbox.rows('events')].filter(({ name }) => name === 'space_groups.joined').length;
  expect(ended.stdout.split('\n').filter((line) => line.startsWith('{"type":"RECORD","stream":"events"'))).toHaveLength(
    wanted,
  );
  // Without the word, the environment is not read: Meltano exports every setting.
  const without = await run('tap-circle', ['--config', wrong, '--test'], { env });
  expect(without.code).toBe(1);
});

test('older and foreign states: created_at alone, null bookmarks, progress markers', async () => {
  const rows = [...sandbox.rows('events')];
  const middle = rows[200]?.created ?? '';
  const wanted = rows.filter(({ created }) => created >= middle).map(({ id }) => id);
  for (const bookmark of [
    { created_at: middle },
    {
      replication_key: 'created_at',
      replication_key_value: middle,
      progress_markers: { Note: 'x', replication_key_value: '2099' },
    },
  ]) {
    const synced = await workspace.tap(config(), { state: { bookmarks: { events: bookmark, visits: null } } });
    expect(synced.ids('events').sort()).toEqual([...wanted].sort());
    expect(synced.ids('visits')).toHaveLength(100);
  }
  for (const state of [{}, { bookmarks: null }, { bookmarks: { events: {} } }, null]) {
    const synced = await workspace.tap(config(), { state: JSON.stringify(state) });
    expect(synced.ids('events')).toHaveLength(400);
  }
});
