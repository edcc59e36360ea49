import { emptyRequest } from '@souk/kernel'
import { expect, test } from 'vitest'
import { overLimit } from '../src/guardian/watchdog.ts'
import { bytesText } from '../src/limits/limit-breach.ts'
import { command } from './orders.ts'
import { processGone } from './processes.ts'
import { text } from './recorder.ts'
import { RunningExecutor } from './running-executor.ts'

// No cgroups are given to it, so its limits are the watchdog's.
const running = new RunningExecutor()
const linux = process.platform === 'linux'
const memory = (memoryBytes: number) => ({ request: { ...emptyRequest(), memoryBytes } })
/** Takes 1 MB every 4 ms, 200 MB at most, and then waits. */
const eater = `const taken = []
const eat = () => { if (taken.length < 200) { taken.push(Buffer.alloc(1e6, 1)); setTimeout(eat, 4) } else setTimeout(() => {}, 1e6) }
eat()`

test.runIf(linux)('without cgroups the watchdog keeps memory and processes, and says that nobody keeps CPU', () => {
  const { memory, cpu, processes, reason } = running.executor.limitsInForce
  expect({ memory, cpu, processes }).toEqual({ memory: 'watchdog', cpu: 'nothing', processes: 'watchdog' })
  expect(reason).toBe('no cgroups are mounted here')
})

test.runIf(linux)('a command over its memory is killed, and told how much it used of how much', async () => {
  const result = await running.run(command(process.execPath, '-e', eater), memory(120e6))
  expect(result).toMatchObject({ end: 'failed', code: 'out-of-memory', exitCode: 137 })
  expect(result.message).toMatch(/^out of memory: used \d{3,}\.\d MB of 120\.0 MB \(peak\)$/)
  expect(result.memoryPeakBytes).toBeGreaterThan(120e6)
})

test.runIf(linux)('what its children use counts, in whatever session they are; all of it is killed', async () => {
  const script = 'echo $$; setsid "$0" -e "$1" & wait'
  const result = await running.run(command('sh', '-c', script, process.execPath, eater), memory(120e6))
  expect(result).toMatchObject({ end: 'failed', code: 'out-of-memory' })
  await processGone(Number(text(result.stdout)))
})

test.runIf(linux)('a command that asks for no memory has no limit', async () => {
  const script = 'const taken = Buffer.alloc(150e6, 1); setTimeout(() => {}, 600)'
  expect(await running.run(command(process.execPath, '-e', script))).toMatchObject({ end: 'ok', message: '' })
})

test('the limit that is broken is named; none where there is none', () => {
  const limits = { memoryBytes: 100, cpuMilli: 0, processes: 4 }
  expect(overLimit(limits, { memoryBytes: 101, processes: 9 })).toBe('memory')
  expect(overLimit(limits, { memoryBytes: 100, processes: 5 })).toBe('processes')
  expect(overLimit(limits, { memoryBytes: 100, processes: 4 })).toBeUndefined()
  expect(
    overLimit({ memoryBytes: 0, cpuMilli: 0, processes: 0 }, { memoryBytes: 1e12, processes: 1e5 }),
  ).toBeUndefined()
})

test('amounts of memory are told as people read them', () => {
  expect([0, 999, 1000, 999_949, 999_950, 1.2e9, 5e15].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '1.2 GB',
    '5000.0 TB',
  ])
})
