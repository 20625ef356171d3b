import { availableParallelism } from 'node:os';

/** Tests run on what tsc emitted: types are checked before a test starts, and no transformer stands between. */
export default {
  rootDir: 'dist',
  transform: {},
  testEnvironment: 'node',
  runtime: '<rootDir>/test/support/native-runtime.js',
  testMatch: ['<rootDir>/test/**/*.spec.js'],
  testSequencer: '<rootDir>/test/support/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/complete-run.js'],
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  coverageProvider: 'v8',
  testTimeout: 60_000,
  workerIdleMemoryLimit: '2GB', // modules of finished files stay in memory; past this a fresh process is faster
  maxWorkers: availableParallelism() + 1, // most of a test is waiting: for the database, the simulator, a timeout that is its subject
};
