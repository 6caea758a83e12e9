import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Tests run the sources: the package's own `#sha256` import is pointed at the Node back end in src.
export default defineConfig({
  resolve: {
    alias: { '#sha256': fileURLToPath(new URL('./src/core/sha256-node.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    reporters: process.env['CI'] === 'true' ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reportsDirectory: 'coverage',
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
