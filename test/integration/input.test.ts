import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { run, Workspace } from '../support/tap.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.make();
});
afterEach(async () => {
  await workspace.remove();
});

const secret = 'tok-5ecret/+value';
/** Nothing listens there: these runs have to end before they ask. */
const good = { api_token: secret, base_url: 'http://127.0.0.1:9' };
const selected = { breadcrumb: [], metadata: { selected: true } };

/** Each: what is wrong, the files, and what the one line on stderr has to name. */
const cases: readonly (readonly [
  string,
  { config?: unknown; catalog?: unknown; state?: unknown },
  readonly RegExp[],
])[] = [
  ['no token', { config: {} }, [/config\.json/, /api_token is missing/]],
  ['an empty token', { config: { api_token: '' } }, [/config\.json/, /api_token must not be empty/]],
  ['a token that is no text', { config: { api_token: 12345 } }, [/config\.json/, /api_token must be string/]],
  [
    'a date that is none',
    { config: { ...good, start_date: 'yesterday' } },
    [/start_date must have the form YYYY-MM-DD/],
  ],
  [
    'a date that does not exist',
    { config: { ...good, end_date: '2024-02-30' } },
    [/end_date must be a date that exists/],
  ],
  [
    'an end before the start',
    { config: { ...good, start_date: '2024-02-02', end_date: '2024-01-01' } },
    [/end_date/, /start_date/],
  ],
  ['page_size 5000', { config: { ...good, page_size: 5000 } }, [/config\.json/, /page_size must be <= 2000/]],
  ['page_size in quotes', { config: { ...good, page_size: '500' } }, [/page_size must be integer/]],
  [
    'a base_url with a name and a password, which would go in the place of the token',
    { config: { ...good, base_url: 'https://name:password@127.0.0.1:9' } },
    [/base_url must have the form https:\/\/HOST/],
  ],
  [
    'a base_url that is none',
    { config: { ...good, base_url: 'app.circle.so' } },
    [/base_url must have the form https:\/\/HOST/],
  ],
  [
    'a setting with a choice',
    { config: { ...good, auth_scheme: 'Basic' } },
    [/auth_scheme must be one of auto, Bearer, Token/],
  ],
  ['a configuration that is a list', { config: [] }, [/config\.json/, /must be a JSON object/]],
  ['a configuration that is not JSON', { config: '{"api_token": "x",}' }, [/config\.json/, /not valid JSON/]],
  ['an empty configuration file', { config: '' }, [/config\.json/, /empty/]],
  ['a catalog that is not JSON', { config: good, catalog: '{"streams": [' }, [/catalog\.json/, /not valid JSON/]],
  ['a catalog without streams', { config: good, catalog: {} }, [/catalog\.json: streams is missing/]],
  [
    'a catalog whose streams are no list',
    { config: good, catalog: { streams: {} } },
    [/catalog\.json: streams must be array/],
  ],
  [
    'an unknown stream selected',
    { config: good, catalog: { streams: [{ tap_stream_id: 'people', metadata: [selected] }] } },
    [/catalog\.json/, /streams\[0\]\.tap_stream_id/, /"people"/, /events and visits/],
  ],
  [
    'a selection that is neither true nor false',
    {
      config: good,
      catalog: {
        streams: [{ tap_stream_id: 'events', metadata: [{ breadcrumb: [], metadata: { selected: 'maybe' } }] }],
      },
    },
    [/catalog\.json: streams\[0\]\.metadata\[0\]\.metadata\.selected must be one of true, false/],
  ],
  [
    'an unknown replication method',
    {
      config: good,
      catalog: { streams: [{ tap_stream_id: 'events', replication_method: 'LOG_BASED', metadata: [selected] }] },
    },
    [/catalog\.json/, /replication_method must be INCREMENTAL or FULL_TABLE/],
  ],
  [
    'an impossible replication key',
    {
      config: good,
      catalog: { streams: [{ tap_stream_id: 'events', replication_key: 'triggered_at', metadata: [selected] }] },
    },
    [/catalog\.json/, /replication_key is "triggered_at"/, /created_at/],
  ],
  [
    'a catalog that selects nothing',
    {
      config: good,
      catalog: {
        streams: [{ tap_stream_id: 'events', metadata: [{ breadcrumb: [], metadata: { selected: false } }] }],
      },
    },
    [/catalog\.json/, /selects no stream/],
  ],
  ['a state that is a list', { config: good, state: [] }, [/state\.json/, /must be object or null/]],
  [
    'a state that is the whole message',
    { config: good, state: { type: 'STATE', value: { bookmarks: {} } } },
    [/state\.json/, /whole STATE message.*its value alone/],
  ],
  ['a state that is not JSON', { config: good, state: '{"bookmarks"' }, [/state\.json/, /not valid JSON/]],
  [
    'a bookmark that is no object',
    { config: good, state: { bookmarks: { events: '2024' } } },
    [/state\.json: bookmarks\.events must be object or null/],
  ],
  [
    'a bookmark that is no timestamp',
    {
      config: good,
      state: { bookmarks: { events: { replication_key: 'created_at', replication_key_value: 'soon' } } },
    },
    [/state\.json: bookmarks\.events\.replication_key_value must be a timestamp/],
  ],
  [
    'an older bookmark that is no timestamp',
    { config: good, state: { bookmarks: { visits: { created_at: 'soon' } } } },
    [/state\.json: bookmarks\.visits\.created_at must be a timestamp/],
  ],
];

describe('wrong files end the run with one line that names file, key and what was expected', () => {
  test.each(cases)('%s', async (_name, { config, catalog, state }, named) => {
    const files = { ...(catalog !== undefined && { catalog }), ...(state !== undefined && { state }) };
    const args = ['--config', await workspace.file('config.json', config)];
    for (const [name, content] of Object.entries(files))
      args.push(`--${name}`, await workspace.file(`${name}.json`, content));
    const ended = await run('tap-circle', args);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toBe('');
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    for (const pattern of named) expect(ended.stderr).toMatch(pattern);
    expect(ended.stderr).not.toContain('5ecret');
  });

  test('files that are not there', async () => {
    const ended = await run('tap-circle', ['--config', '/nowhere/config.json']);
    expect([ended.code, ended.stdout]).toEqual([1, '']);
    expect(ended.stderr).toMatch(/^CRITICAL \/nowhere\/config\.json: the configuration file cannot be read.*\n$/);
  });
});

describe('a wrong command line', () => {
  test.each([
    [[], /--config is missing/],
    [['--bogus'], /bogus/],
    [['--config'], /config/],
    [['sync'], /sync/],
    [['--config', 'x.json', '--test=everything'], /--test/],
    [['--about', '--format', 'xml'], /format/],
    [['--config', 'x.json', '--catalog', 'a', '--properties', 'b'], /catalog and properties/],
  ])('%p ends with 2 and one line', async (args, named) => {
    const ended = await run('tap-circle', args);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(named);
  });
});

test('unknown settings are a warning, and nulls count as not set', async () => {
  const synced = await workspace.tap({ ...good, max_retry_seconds: 0, page_sizes: 10, start_date: null });
  expect(synced.stderr).toMatch(/WARNING .*config\.json: page_sizes is not a setting/);
  expect(synced.stderr).not.toMatch(/start_date/);
});
