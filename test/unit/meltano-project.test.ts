import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { meltanoProject, meltanoSettings } from '../../scripts/generate/meltano.js';
import specification from '../../spec.json' with { type: 'json' };

const committed = readFileSync('examples/meltano/meltano.yml', 'utf8');

describe('examples/meltano/meltano.yml', () => {
  test('has the settings and capabilities of the tap as it is', async () => {
    expect(await meltanoProject(committed)).toBe(committed);
  });

  test('is made anew where it differs, and keeps what is written by hand', async () => {
    const old = committed.replace('- name: page_size', '- name: page_sizes').replace('- test\n', '- stream-maps\n');
    expect(old).not.toBe(committed);
    expect(await meltanoProject(old)).toBe(committed);
  });

  test('says of secrets that they are, and gives every default', () => {
    const settings = meltanoSettings(specification.connectionSpecification);
    const { properties } = specification.connectionSpecification;
    expect(settings.map(({ name }) => name)).toEqual(Object.keys(properties));
    expect(settings.filter(({ sensitive }) => sensitive).map(({ name, kind }) => [name, kind])).toEqual([
      ['api_token', 'password'],
      ['hash_salt', 'password'],
    ]);
    expect(settings.find(({ name }) => name === 'page_size')).toMatchObject({ kind: 'integer', value: 2000 });
    expect(settings.find(({ name }) => name === 'log_format')?.options).toHaveLength(3);
    expect(settings.filter(({ kind }) => kind === 'date_iso8601').map(({ name }) => name)).toEqual([
      'start_date',
      'end_date',
    ]);
  });

  test('is YAML', () => {
    expect(parse(committed)).toMatchObject({
      default_environment: 'dev',
      plugins: { extractors: [{ name: 'tap-circle' }] },
    });
  });
});
