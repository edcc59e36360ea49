import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunResult } from '@souk/wire'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { ProcessExecutor } from '../src/index.ts'
import type { ProcessOptions } from '../src/process-options.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { order, self } from './orders.ts'
import { Recorder } from './recorder.ts'

type Limited = Partial<Pick<ProcessOptions, 'cgroups' | 'limits'>>

/** A started executor for all tests of a file; each of them must leave its work and spool folders empty. */
export class RunningExecutor {
  readonly blobs = new MemoryBlobs()
  readonly events = new Recorder()
  #dataFolder = ''
  #executor: ProcessExecutor | undefined
  readonly #limited: Limited

  constructor(options: Limited = {}) {
    this.#limited = options
    // Real processes and threads: on a busy machine a start alone may take seconds.
    vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })
    beforeAll(async () => {
      this.#dataFolder = await mkdtemp(join(tmpdir(), 'souk-process-'))
      this.#executor = this.another({})
      await this.#executor.start(this.events, new AbortController().signal)
    })
    afterEach(async () => {
      for (const folder of ['work', 'spool']) expect(await readdir(join(this.dataFolder, folder))).toEqual([])
    })
    afterAll(async () => {
      await this.#executor?.stop()
      await rm(this.dataFolder, { recursive: true })
    })
  }

  get dataFolder(): string {
    return this.#dataFolder
  }

  get executor(): ProcessExecutor {
    return this.#executor!
  }

  /** One more on the same folder, not started. */
  another(options: { allowed?: boolean }): ProcessExecutor {
    const shared = { self, dataFolder: this.dataFolder, blobs: this.blobs, hostName: 'amber' }
    return new ProcessExecutor({ ...shared, ...this.#limited, ...options })
  }

  async run(...args: Parameters<typeof order>): Promise<RunResult> {
    const wanted = order(...args)
    this.executor.run(wanted)
    return await this.events.result(wanted.task)
  }
}
