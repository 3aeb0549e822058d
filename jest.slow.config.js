import base from './jest.config.js';

/** Suites that take minutes; `.ci/run` runs them. */
export default { ...base, testMatch: ['<rootDir>/test/slow/**/*.test.ts'], testTimeout: 1_800_000 };
