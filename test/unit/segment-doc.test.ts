import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readApi } from '../../scripts/generate/api.js';
import { generatedFiles, staleFiles } from '../../scripts/generate/files.js';
import { sampleCalls } from '../../scripts/generate/segment-doc.js';
import { mappingEntries } from '../../src/segment/mapping/mapping-file.js';
import type { JsonValue } from '../../src/base/json.js';
import settings from '../../src/segment/settings.schema.json' with { type: 'json' };

const text = readFileSync('docs/segment.md', 'utf8');

/** The JSON blocks below a heading. */
function blocksBelow(heading: string): JsonValue[] {
  const section = text.split(`\n${heading}\n`)[1]?.split(/\n##+ /)[0] ?? '';
  return [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json) as JsonValue);
}

describe('docs/segment.md', () => {
  test('is what the code generates', async () => {
    expect((await generatedFiles('.')).get('docs/segment.md')).toBe(text);
  });

  test('is found out where it is not, and only its generated parts are made anew', async () => {
    const root = mkdtempSync(join(tmpdir(), 'segment-doc-'));
    try {
      for (const path of ['openapi', '.prettierrc.json']) cpSync(path, join(root, path), { recursive: true });
      mkdirSync(join(root, 'docs'));
      const changed = text.replace('# target-segment', '# Mine').replaceAll('Space Left', 'Space Abandoned');
      writeFileSync(join(root, 'docs/segment.md'), changed);
      const files = await generatedFiles(root);
      expect(await staleFiles(root, files)).toContain('docs/segment.md');
      expect(files.get('docs/segment.md')).toBe(text.replace('# target-segment', '# Mine'));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  test('shows an example of every call that an event makes', () => {
    const kinds = readApi(readFileSync('openapi/circle-data-api.yaml', 'utf8')).streams.flatMap(
      (stream) => stream.kinds,
    );
    expect(kinds).toHaveLength(33);
    for (const kind of kinds) {
      const shown = blocksBelow(`### \`${kind.name}\``);
      expect([kind.name, shown.length]).toEqual([kind.name, sampleCalls(kind).length]);
      expect(sampleCalls(kind)).toMatchObject(shown);
    }
  });

  test('names every setting with its default', () => {
    for (const [key, property] of Object.entries(settings.properties)) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${key}\``));
      const fallback =
        'default' in property ? `\`${String(property.default)}\`` : key === 'write_key' ? 'required' : 'none';
      expect([key, row?.split('|')[2]?.trim()]).toEqual([key, fallback]);
    }
  });

  test('shows a mapping file that works', () => {
    const [example] = blocksBelow('## Your own mapping');
    const told: string[] = [];
    expect(mappingEntries('example', example ?? null, (message) => told.push(message))).toHaveLength(6);
    expect(told).toEqual([]);
  });
});
