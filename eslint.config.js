import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/**
 * Imports go one way. Each entry: a folder of src, and the folders of src that it may import. `docs/architecture.md` tells why.
 */
const mayImport = {
  base: [],
  io: ['base'],
  config: ['base'],
  circle: ['base'],
  sync: ['base', 'config', 'circle'],
  singer: ['base', 'io', 'config', 'circle', 'sync'],
  airbyte: ['base', 'io', 'config', 'circle', 'sync'],
  segment: ['base', 'io', 'config'],
  sandbox: ['base', 'circle'],
};
const folders = [...Object.keys(mayImport), 'cli'];
const oneWay = Object.entries(mayImport).map(([folder, allowed]) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: folders
          .filter((other) => other !== folder && !allowed.includes(other))
          .map((other) => ({ group: [`**/${other}/**`], message: `src/${folder} may not import src/${other}.` })),
      },
    ],
  },
}));

export default defineConfig(
  globalIgnores(['dist', 'demo-output', 'src/generated', '**/.venv*']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'test/support/*.cjs', 'bench/measure/*.cjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  { files: ['scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.cjs'], extends: [ts.configs.disableTypeChecked] },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { process: 'readonly', require: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  ...oneWay,
);
