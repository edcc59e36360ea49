import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { purePackages } from './test/architecture/layers.ts'

/** Where Node keeps what it has compiled by default; tests start processes from the sources, each of which would compile it anew. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') }

/** By default one core of those that there are would be left unused: half of a machine with two. */
const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, env, maxWorkers: '100%', ...extra },
})

/** End-to-end tests that wait for leases, links, forecasts or one start after the other, far more than they compute. */
const waiting = [
  ...['admins', 'checkpoint', 'crashes', 'damaged-store', 'keepers', 'lack-of-memory', 'partitions'],
  ...['removal', 'restart', 'returns', 'scale', 'spans', 'warm'],
]
/** They compute for seconds, but have the processor only when nothing else needs it, where they run beside the others. */
const besideMs = 180_000
const ofPeers = { globalSetup: ['test/e2e/build-program.ts'], testTimeout: 90_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      // Pure packages keep nothing between two calls: their tests share a process, which saves loading them for each file.
      project('pure', [`packages/{${[...purePackages].join(',')}}/test/**/*.test.ts`], {
        testTimeout: besideMs,
        isolate: false,
      }),
      // Some play through thousands of cases: on a machine that does other things too they take their time.
      // Two thirds of it would be loading libraries anew for each file: what a test leaves behind in its process is its own to undo.
      project(
        'unit',
        [
          `packages/!(${['executors', ...purePackages].join('|')})/test/**/*.test.ts`,
          'node/test/**/*.test.ts',
          'test/bench/**/*.test.ts',
        ],
        { testTimeout: 30_000, isolate: false },
      ),
      // They look after every process and control group of this program that was left behind: one file at a time.
      project('processes', ['packages/executors/test/**/*.test.ts'], {
        testTimeout: 30_000,
        maxWorkers: 1,
        sequence: { groupOrder: 2 },
      }),
      // Every file of it reads all sources: once for all. Whichever test comes first parses them.
      project('architecture', ['test/architecture/**/*.test.ts'], {
        testTimeout: 60_000,
        isolate: false,
        maxWorkers: 1,
        sequence: { groupOrder: 3 },
      }),
      project('simulation', ['test/scenarios/**/*.test.ts', 'test/simulation/**/*.test.ts'], {
        testTimeout: besideMs,
        isolate: false,
      }),
      project('conformance', ['test/conformance/**/*.test.ts'], { testTimeout: 30_000 }),
      // Real peers at work need both cores of a small machine: one file at a time, or some are starved of a lease.
      project('e2e', [`test/e2e/!(${waiting.join('|')}).test.ts`], {
        ...ofPeers,
        maxWorkers: 1,
        sequence: { groupOrder: 1 },
      }),
      // Two at a time: together they need less than one core of those two.
      project('waiting', [`test/e2e/{${waiting.join(',')}}.test.ts`], {
        ...ofPeers,
        maxWorkers: 2,
        sequence: { groupOrder: 4 },
      }),
      // Where no browser is found, all but the size of the console is skipped, and says so.
      project('browser', ['test/browser/**/*.test.ts'], {
        globalSetup: ['test/e2e/build-program.ts'],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        maxWorkers: 1,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
})
