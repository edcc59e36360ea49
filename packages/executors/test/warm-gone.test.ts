import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Warmed } from '@souk/runtime'
import { expect, test } from 'vitest'
import type { GuardedRun, GuardianClient } from '../src/guardian-client.ts'
import { defaultTaskLimits } from '../src/limits/task-limits.ts'
import { WarmLimits } from '../src/limits/warm-limits.ts'
import { WarmProcesses } from '../src/warm-processes.ts'

test('a process of which is heard at once that it is ready and that it has ended does not count as warm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'souk-warm-gone-'))
  const exit = { code: 0, signal: null, cause: '', gone: true, droppedBytes: 0, cpuMs: 1, memoryPeakBytes: 1 } as const
  const guardian = {
    spawn(_: unknown, run: GuardedRun) {
      setImmediate(() => {
        run.ready!()
        run.exited({ ...exit, processesSeen: 1, forksRefused: 0, unlimited: '' })
      })
      return 1
    },
  } as unknown as GuardianClient
  const answers: Warmed[] = []
  const answered = new Promise<void>((resolve) => {
    const processes = new WarmProcesses({
      ...{ commands: [{ pattern: '*', command: 'echo ready' }], folder, environment: {}, hostName: 'amber' },
      ...{ processesMax: 4, keepMs: 1e6, readyMsMax: 1e6, limits: new WarmLimits([], 1e9, defaultTaskLimits) },
      guardian: () => guardian,
      running: () => 0,
      warmed: (answer) => {
        answers.push(answer)
        void processes.stop().then(resolve)
      },
      onEmpty: () => {},
    })
    processes.order({ class: 'test', work: { name: 'echo', process: true }, workers: 1 })
  })
  await answered
  await rm(folder, { recursive: true })
  expect(answers).toEqual([{ class: 'test', workers: 0, tookMs: 0, code: 'warm-failed', detail: 'it ended with 0' }])
})
