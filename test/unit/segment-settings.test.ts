import { describe, expect, test } from '@jest/globals';
import { settingsOfEnvironment } from '../../src/config/environment.js';
import { aboutText } from '../../src/config/about.js';
import { aboutTarget } from '../../src/segment/about.js';
import { readTargetSettings, targetSettingsSchema, type TargetSettings } from '../../src/segment/settings.js';

function read(values: Record<string, string | number | boolean | null>, told: string[] = []): TargetSettings {
  return readTargetSettings([{ from: 'segment.json', values }], (message) => told.push(message));
}

describe('settings', () => {
  test('have the defaults that the documentation names', () => {
    expect(read({ write_key: ' wk ' })).toEqual({
      writeKey: 'wk',
      host: 'https://api.segment.io',
      userIdFrom: 'public_uid',
      userIdMapFile: null,
      identify: 'on_change',
      communityGroupId: null,
      includeTraits: true,
      unknownEvents: 'forward',
      systemEvents: 'send',
      mappingFile: null,
      eventsPerSecond: 500,
      onError: 'fail',
      deadLetterFile: null,
      requestTimeoutSeconds: 30,
      maxRetrySeconds: 900,
      closeTimeoutSeconds: 300,
      logFormat: 'auto',
    });
  });

  test.each<[Record<string, string | number | boolean>, string]>([
    [{}, 'segment.json: write_key is missing'],
    [{ write_key: '' }, 'segment.json: write_key must not be empty'],
    [{ write_key: '  ' }, 'segment.json: write_key must not be empty'],
    [{ write_key: 5 }, 'segment.json: write_key must be string'],
    [{ write_key: 'k', host: 'api.segment.io' }, 'segment.json: host must have the form https://HOST'],
    [{ write_key: 'k', host: 'https://api.segment.io/v1' }, 'segment.json: host must have the form https://HOST'],
    [{ write_key: 'k', events_per_second: -1 }, 'segment.json: events_per_second must be >= 0'],
    [{ write_key: 'k', events_per_second: 0.5 }, 'segment.json: events_per_second must be integer'],
    [
      { write_key: 'k', user_id_from: 'uid' },
      'segment.json: user_id_from must be one of public_uid, email, id, map_file, none',
    ],
    [{ write_key: 'k', user_id_from: 'map_file' }, 'segment.json: user_id_map_file is missing'],
    [{ write_key: 'k', on_error: 'dead_letter' }, 'segment.json: dead_letter_file is missing'],
    [{ write_key: 'k', request_timeout_seconds: 0 }, 'segment.json: request_timeout_seconds must be > 0'],
  ])('%j: %s', (values, message) => {
    expect(() => read(values)).toThrow(message);
  });

  test.each(['https://api.segment.io', 'https://events.eu1.segmentapis.com', 'http://localhost:8080/'])(
    'take the host %s',
    (host) => {
      expect(read({ write_key: 'k', host }).host).toBe(host);
    },
  );

  test('take null for what is not set, and tell of what means nothing', () => {
    const told: string[] = [];
    expect(read({ write_key: 'k', mapping_file: null, writekey: 'x' }, told).mappingFile).toBeNull();
    expect(told).toEqual(['segment.json: writekey is not a setting of this program; it is ignored']);
  });

  test('come from the environment in their types, which beats files', () => {
    const env = {
      TARGET_SEGMENT_EVENTS_PER_SECOND: '0',
      TARGET_SEGMENT_INCLUDE_TRAITS: 'no',
      TARGET_SEGMENT_CLOSE_TIMEOUT_SECONDS: '1.5',
      TARGET_SEGMENT_IDENTIFY: 'never',
    };
    const file = { from: 'f', values: { write_key: 'k', events_per_second: 7, identify: 'lifecycle' } };
    const settings = readTargetSettings(
      [file, settingsOfEnvironment(env, 'TARGET_SEGMENT_', targetSettingsSchema)],
      () => undefined,
    );
    expect(settings).toMatchObject({
      eventsPerSecond: 0,
      includeTraits: false,
      closeTimeoutSeconds: 1.5,
      identify: 'never',
    });
  });
});

describe('--about', () => {
  test('has the keys of the Meltano SDK, and every setting', () => {
    const about = JSON.parse(aboutText(aboutTarget, 'json', '1.2.3')) as { settings: { properties: object } };
    expect(about).toMatchObject({
      name: 'target-segment',
      version: '1.2.3',
      capabilities: expect.arrayContaining(['about']),
    });
    for (const format of ['text', 'markdown'] as const) {
      const text = aboutText(aboutTarget, format, '1.2.3');
      for (const key of Object.keys(about.settings.properties)) expect(text).toContain(key);
    }
  });
});
