import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import type { Exit, PlaceOrder, SpawnOrder } from '../src/guardian/frames.ts'
import { isAlive } from '../src/guardian/process-table.ts'
import { TaskProcess } from '../src/guardian/task-process.ts'

const limits = { memoryBytes: 0, cpuMilli: 0, processes: 0 }
const shared = { stdin: true, outputBytesMax: 1e6, timeoutMs: 0, graceMs: 0, limits }
const warm: SpawnOrder = {
  ...{ ...shared, warm: true, argv: ['/bin/sh', '-c', 'echo ready; exec cat'], cwd: tmpdir(), env: {}, fence: 'a.1' },
}
const task: PlaceOrder = { ...shared, fence: 'b.1', line: '{}' }

/** One that stands ready, and how it will have ended. */
async function ready() {
  let exited!: Promise<Exit>
  const starts: number[] = []
  const process = await new Promise<TaskProcess>((resolve) => {
    exited = new Promise((ended) => {
      const one: TaskProcess = new TaskProcess(warm, undefined, {
        started: (pid) => starts.push(pid),
        ready: () => resolve(one),
        ...{ output: () => {}, stdinTaken: () => {}, used: () => {}, exited: ended },
      })
      one.start()
    })
  })
  onTestFinished(async () => {
    process.stop(0, 'killed')
    await exited
  })
  return { process, exited, starts }
}

test('a warm process gets a task while it runs', async () => {
  const { process, starts } = await ready()
  expect(process.place(task)).toBe(true)
  expect(starts).toHaveLength(2)
})

test('one that was just killed for a limit of its own gets none: its end is not the end of the task', async () => {
  const { process, exited, starts } = await ready()
  process.stop(0, 'memory')
  expect(process.place(task)).toBe(false)
  expect(await exited).toMatchObject({ cause: 'memory', lastError: '' })
  expect(starts).toHaveLength(1)
})

test.runIf(globalThis.process.platform === 'linux')('nor does one of whose end nobody has heard yet', async () => {
  const { process, starts } = await ready()
  globalThis.process.kill(process.pid!, 'SIGKILL')
  // Without a turn of the event loop nobody hears of it.
  while (isAlive(process.pid!)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  expect(process.place(task)).toBe(false)
  expect(starts).toHaveLength(1)
})
