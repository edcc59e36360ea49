import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, ...extra },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['packages/*/test/**/*.test.ts', 'node/test/**/*.test.ts']),
      // Every file of it reads all sources: once for all.
      project('architecture', ['test/architecture/**/*.test.ts'], { isolate: false, fileParallelism: false }),
      project('simulation', ['test/scenarios/**/*.test.ts', 'test/simulation/**/*.test.ts'], { testTimeout: 60_000 }),
      project('conformance', ['test/conformance/**/*.test.ts'], { testTimeout: 30_000 }),
      // Real peers on loopback share two cores: one file at a time.
      project('e2e', ['test/e2e/**/*.test.ts'], {
        globalSetup: ['test/e2e/build-program.ts'],
        testTimeout: 90_000,
        hookTimeout: 60_000,
        fileParallelism: false,
      }),
    ],
  },
})
