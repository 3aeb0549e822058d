import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import specification from '../../spec.json' with { type: 'json' };
import { isJsonObject, type JsonObject } from '../../src/base/json.js';

/** Files that Airbyte's tools read beside the program: they must agree with it and with each other. */

function yaml(path: string): JsonObject {
  const document: unknown = parse(readFileSync(path, 'utf8'));
  if (!isJsonObject(document)) throw new Error(`${path} is no object`);
  return document;
}

const documentation = readFileSync('docs/airbyte.md', 'utf8');
const { data } = yaml('metadata.yaml');
const metadata = isJsonObject(data) ? data : {};
const told = (key: string): string => {
  const value = metadata[key];
  return typeof value === 'string' ? value : '';
};
const dockerfile = readFileSync('Dockerfile', 'utf8');

describe('metadata.yaml', () => {
  test('test_image_labels: the image has the name and the version of the metadata, and of the package', () => {
    expect(/io\.airbyte\.name="([^"]*)"/.exec(dockerfile)?.[1]).toBe(metadata['dockerRepository']);
    expect(/io\.airbyte\.version="([^"]*)"/.exec(dockerfile)?.[1]).toBe(metadata['dockerImageTag']);
    expect(metadata['dockerImageTag']).toBe(manifest.version);
  });

  test('test_image_environment_variables: AIRBYTE_ENTRYPOINT is the entrypoint, an absolute path', () => {
    const entrypoint = /^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]';
    const words = JSON.parse(entrypoint) as string[];
    expect(words[0]).toMatch(/^\//);
    expect(/^ENV AIRBYTE_ENTRYPOINT="([^"]*)"$/m.exec(dockerfile)?.[1]).toBe(words.join(' '));
  });

  test('names what there is: the streams, the documentation, the icon', () => {
    expect(metadata['suggestedStreams']).toEqual({ streams: ['events', 'visits'] });
    expect(metadata['documentationUrl']).toBe(specification.documentationUrl);
    expect(specification.documentationUrl.endsWith('/docs/airbyte.md')).toBe(true);
    expect(existsSync(told('icon'))).toBe(true);
    expect(metadata['allowedHosts']).toMatchObject({ hosts: expect.arrayContaining(['app.circle.so']) as unknown });
  });
});

test('acceptance-test-config.yml names files that there are, and the image', () => {
  const text = readFileSync('acceptance-test-config.yml', 'utf8');
  const paths = [...text.matchAll(/_path: (\S+)/g)].map(([, path]) => path ?? '');
  expect(paths.length).toBeGreaterThan(10);
  for (const path of paths) expect([path, existsSync(path)]).toEqual([path, true]);
  const image = `${told('dockerRepository')}:${told('dockerImageTag')}`;
  expect(yaml('acceptance-test-config.yml')['connector_image']).toBe(image);
});

describe('docs/airbyte.md', () => {
  test('names every setting that Airbyte shows, with its default', () => {
    const { properties } = specification.connectionSpecification;
    for (const [key, property] of Object.entries(properties)) {
      if ('airbyte_hidden' in property) continue;
      const row = documentation.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${key}\``));
      expect([key, row]).toEqual([key, expect.any(String)]);
      if ('default' in property) expect(row).toContain(String(property.default));
    }
  });

  test('has what Airbyte asks of a documentation', () => {
    for (const heading of ['Prerequisites', 'Set it up', 'Streams', 'Settings', 'Limits', 'Changelog']) {
      expect(documentation).toContain(`\n## ${heading}\n`);
    }
    expect(documentation).toContain(`| ${manifest.version} `);
  });
});
