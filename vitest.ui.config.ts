import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/ui/**/*.test.ts'],
    globalSetup: ['test/ui/support/server.ts'],
    // One workbench at a time: two of them on two cores make each other late.
    fileParallelism: false,
    // A workbench on a loaded machine has been seen to reload by itself; a retried test is named in the output.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
