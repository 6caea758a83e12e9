import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

// Tests run the sources, so the package's own `#crypto` import is pointed at a back end in src: at node:crypto for all
// tests, and for those of core a second time at @noble, as a browser has it.
const config: ViteUserConfig = defineConfig({
  test: {
    testTimeout: 30_000,
    reporters:
      process.env['CI'] === 'true' ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        resolve: { alias: { '#crypto': source('./src/core/crypto-node.ts') } },
        test: { name: 'node', include: ['test/**/*.test.ts'] },
      },
      {
        extends: true,
        resolve: { alias: { '#crypto': source('./src/core/crypto-noble.ts') } },
        test: { name: 'noble', include: ['test/core/**/*.test.ts'], env: { TOUCHSTONE_TEST_CRYPTO: 'noble' } },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reportsDirectory: 'coverage',
      reporter: ['text-summary', 'json-summary'],
    },
  },
});

export default config;
