import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/bench/**', '**/node_modules/**'],
    globalSetup: ['tests/global-setup.ts'],
    pool: 'forks',
    maxConcurrency: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
