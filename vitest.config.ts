import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/bench/**', '**/node_modules/**'],
    globalSetup: ['tests/global-setup.ts'],
    pool: 'forks',
    // Most of a test's time is spent waiting for a process, a database or a timer.
    maxWorkers: 3,
    maxConcurrency: 3,
    testTimeout: 40_000,
    hookTimeout: 40_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
