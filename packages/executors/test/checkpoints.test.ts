import { expect, test } from 'vitest'
import { command, order } from './orders.ts'
import { text } from './recorder.ts'
import { RunningExecutor } from './running-executor.ts'

const running = new RunningExecutor()
const plan = { path: 'state/at', graceMs: 30_000 }

/** Says that it runs, from where, and waits; what it does on SIGTERM is `last`. */
const counting = (last: string) =>
  command(
    'sh',
    '-c',
    `trap '${last}' TERM; mkdir -p state; cat state/at; echo "\${SOUK_CHECKPOINT:-anew}"; while :; do sleep 0.05; done`,
  )

async function asked(
  last: string,
  rest: Parameters<typeof order>[2] = {},
  code: 'draining' | 'pressure' | 'cancelled' = 'draining',
) {
  const wanted = order(counting(last), { checkpoint: plan }, rest)
  running.executor.run(wanted)
  await running.events.until(() => /anew|state/.test(running.events.live(wanted.task)))
  running.executor.halt(wanted.task, wanted.ballot, code)
  return { wanted, result: () => running.events.result(wanted.task) }
}

test.each([
  ['drains', 'draining'],
  ['ran short of memory', 'pressure'],
] as const)(
  'a run that is asked for its checkpoint leaves it, on two other custodians, since its host %s',
  async (why, code) => {
    const result = await (await asked('echo 42 > state/at; exit 0', {}, code)).result()
    expect(result.message).toContain(`its host ${why}`)
    expect(result).toMatchObject({ end: 'stopped', checkpoint: { path: 'state/at', blob: { sizeBytes: 3 } } })
    expect(running.blobs.text(result.checkpoint!.blob)).toBe('42\n')
    expect(running.blobs.copies.at(-1)).toEqual(['peer-a', 'peer-b'])
    expect(result.message).toMatch(/it left its checkpoint state\/at of 3 bytes/)
  },
)

test('the next run finds it in place of what the task was given there, and the variable that says so', async () => {
  const file = { path: 'state/at', blob: running.blobs.add('42\n'), mode: 0o644 }
  const inputs = [{ path: 'state/at', blob: running.blobs.add('0\n'), mode: 0o644 }]
  const read = command('sh', '-c', 'cat state/at; cat "$SOUK_CHECKPOINT"')
  const given = order(read, { checkpoint: plan, inputs }, { checkpoint: { file, host: 'peer-x' } })
  running.executor.run(given)
  expect(text((await running.events.result(given.task)).stdout)).toBe('42\n42\n')
})

test('one that nobody has any more is left out: the task starts anew, and says so', async () => {
  const file = { path: 'state/at', blob: { hash: 'f'.repeat(64), sizeBytes: 3 }, mode: 0o644 }
  const say = command('sh', '-c', `echo "\${SOUK_CHECKPOINT:-anew}"`)
  const given = order(say, { checkpoint: plan }, { checkpoint: { file, host: 'peer-x' } })
  running.executor.run(given)
  const result = await running.events.result(given.task)
  expect([result.end, text(result.stdout)]).toEqual(['ok', 'anew\n'])
  expect(result.message).toMatch(/it started anew, since its checkpoint could not be read/)
})

test('a run that writes none and comes to its end instead is simply done', async () => {
  expect(await (await asked('echo all; exit 0')).result()).toMatchObject({ end: 'ok', exitCode: 0 })
})

test('a run that just dies of the signal leaves what it wrote earlier, or nothing', async () => {
  expect((await (await asked('exit 1')).result()).checkpoint).toBeUndefined()
  const file = { path: 'state/at', blob: running.blobs.add('7\n'), mode: 0o644 }
  const again = await (await asked('exit 1', { checkpoint: { file, host: 'peer-x' } })).result()
  expect(running.blobs.text(again.checkpoint!.blob)).toBe('7\n')
})

test.each(['fenced', 'cancelled'] as const)('%s, it has no time for that any more', async (code) => {
  const { wanted, result } = await asked('echo asked; while :; do sleep 0.05; done')
  await running.events.until(() => running.events.live(wanted.task).includes('asked'))
  running.executor.halt(wanted.task, wanted.ballot, code)
  const ended = await result()
  expect(ended).toMatchObject({ end: 'stopped' })
  expect(ended.checkpoint).toBeUndefined()
})

test('a stop for another reason asks for none', async () => {
  expect((await (await asked('echo 1 > state/at; exit 0', {}, 'cancelled')).result()).checkpoint).toBeUndefined()
})
