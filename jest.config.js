/** Tests are TypeScript, run as ES modules; types are checked by `npm run types`. Integration tests run dist/. */
export default {
  testMatch: ['<rootDir>/test/{unit,integration}/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  // The processes under test do the work; the tests wait for them.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
