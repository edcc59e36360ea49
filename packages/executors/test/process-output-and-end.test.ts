import { limits } from '@souk/wire'
import { expect, test } from 'vitest'
import { command, order } from './orders.ts'
import { processGone } from './processes.ts'
import { text } from './recorder.ts'
import { RunningExecutor } from './running-executor.ts'

const running = new RunningExecutor()

test('output over the limit is dropped and counted, and the task goes on', async () => {
  const script = 'head -c 300000 /dev/zero; echo end >&2; exit 0'
  const result = await running.run(command('sh', '-c', script), { outputBytesMax: 1000 })
  expect(result).toMatchObject({ end: 'ok', droppedBytes: 299_004 })
  expect((result.stdout as Uint8Array).byteLength + (result.stderr as Uint8Array).byteLength).toBe(1000)
})

test('output over the inline limit becomes a blob with copies at the custodians', async () => {
  const wanted = order(command('head', '-c', '200000', '/dev/zero'))
  running.executor.run(wanted)
  const { stdout, stderr } = await running.events.result(wanted.task)
  expect(stdout).toMatchObject({ sizeBytes: 200_000 })
  expect(stderr).toEqual(new Uint8Array(0))
  expect(running.events.live(wanted.task).length).toBe(200_000)
  expect(limits.inlineBytesMax).toBeLessThan(200_000)
})

test('output is heard while the task still runs', async () => {
  const wanted = order(command('sh', '-c', 'echo first; exec sleep 600'))
  running.executor.run(wanted)
  await running.events.until(() => running.events.live(wanted.task) === 'first\n')
  running.executor.halt(wanted.task, wanted.ballot, 'fenced')
  expect(text((await running.events.result(wanted.task)).stdout)).toBe('first\n')
})

test('a task that writes without end is bounded, and ends when it is halted', async () => {
  const wanted = order(command('yes'), { outputBytesMax: 500_000 })
  running.executor.run(wanted)
  await running.events.until(() => running.events.live(wanted.task).length === 500_000)
  running.executor.halt(wanted.task, wanted.ballot, 'cancelled')
  const result = await running.events.result(wanted.task)
  expect(result).toMatchObject({ end: 'stopped', exitCode: 143, message: 'cancelled' })
  expect(result.droppedBytes).toBeGreaterThan(0)
})

test('a timeout ends the whole group, grandchildren that ignore SIGTERM included', async () => {
  const script = `trap '' TERM; (trap '' TERM; sleep 600) & echo $!; wait`
  const wanted = order(command('sh', '-c', script), { timeoutMs: 200 })
  running.executor.run(wanted)
  const result = await running.events.result(wanted.task)
  expect(result).toMatchObject({ end: 'timeout', exitCode: 137, message: 'it ran longer than its timeout of 200 ms' })
  await processGone(Number(text(result.stdout)))
})

test('what a task leaves behind in its group ends with it', async () => {
  const result = await running.run(command('sh', '-c', 'sleep 600 & echo $!'))
  expect(result.end).toBe('ok')
  await processGone(Number(text(result.stdout)))
})

test.runIf(process.platform === 'linux')('what left the group but holds its output is ended too', async () => {
  const result = await running.run(command('sh', '-c', 'setsid sleep 600 & echo $!'))
  expect(result.end).toBe('ok')
  await processGone(Number(text(result.stdout)))
})

test.runIf(process.platform === 'linux')(
  'what left the group and lets go of its output is ended soon after',
  async () => {
    const daemon = 'setsid sh -c "echo \\$\\$ > pid; exec sleep 600" >/dev/null 2>&1 </dev/null &'
    const result = await running.run(command('sh', '-c', `${daemon} until [ -s pid ]; do sleep 0.01; done; cat pid`))
    expect(result.end).toBe('ok')
    await processGone(Number(text(result.stdout)))
  },
)

test('a halt gives the task time to end by itself, a fence does not', async () => {
  const script = `trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done`
  for (const [code, said] of [
    ['cancelled', 'ready\nbye\n'],
    ['fenced', 'ready\n'],
  ] as const) {
    const wanted = order(command('sh', '-c', script))
    running.executor.run(wanted)
    await running.events.until(() => running.events.live(wanted.task) === 'ready\n')
    running.executor.halt(wanted.task, wanted.ballot, code)
    const result = await running.events.result(wanted.task)
    expect(result.end).toBe('stopped')
    expect(text(result.stdout)).toBe(said)
  }
})

test('the time to end is for the whole group, not only for its leader', async () => {
  const inner = `trap 'sleep 0.1; echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done`
  const wanted = order(command('sh', '-c', `sh -c "$0" & wait`, inner))
  running.executor.run(wanted)
  await running.events.until(() => running.events.live(wanted.task) === 'ready\n')
  running.executor.halt(wanted.task, wanted.ballot, 'cancelled')
  const result = await running.events.result(wanted.task)
  expect(result).toMatchObject({ end: 'stopped', exitCode: 143 })
  expect(text(result.stdout)).toBe('ready\nbye\n')
})

test('a run halted before it began never begins', async () => {
  const wanted = order(command('true'))
  running.executor.run(wanted)
  running.executor.halt(wanted.task, wanted.ballot, 'cancelled')
  running.executor.halt(wanted.task, { ...wanted.ballot, counter: 9 }, 'cancelled')
  expect(await running.events.result(wanted.task)).toMatchObject({ end: 'stopped', message: 'cancelled' })
  expect(running.events.log).not.toContain(`running ${wanted.task}`)
})
