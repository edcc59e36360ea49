import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type AgentCall, FunctionExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { call, order, self } from './orders.ts'
import { Recorder, text } from './recorder.ts'

// Real processes and threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dataFolder: string
let executor: FunctionExecutor
let events: Recorder

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-agents-'))
  executor = new FunctionExecutor({ self, dataFolder, blobs: new MemoryBlobs() })
  events = new Recorder()
  await executor.start(events, new AbortController().signal)
})

afterEach(async () => {
  await executor.stop()
  await rm(dataFolder, { recursive: true })
})

function start(name: string, ...args: unknown[]) {
  const wanted = order(call(name, ...args))
  executor.run(wanted)
  return wanted
}

test('an agent is given calls and its answers end the runs', async () => {
  const calls: AgentCall[] = []
  executor.agents.attach('a', ['greet'], 2, (given) => calls.push(given))
  const good = start('greet', 'you')
  const bad = start('greet')
  expect(calls[0]).toMatchObject({ task: good.task, name: 'greet', args: '["you"]', fence: `${good.task}:2.${self}.7` })
  expect(executor.agents.settle(calls[0]!.run, { ok: true, value: '"hello you"' })).toBe(true)
  expect(executor.agents.settle(calls[1]!.run, { ok: false, error: 'nobody to greet' })).toBe(true)
  expect(text((await events.result(good.task)).value)).toBe('"hello you"')
  expect(await events.result(bad.task)).toMatchObject({ end: 'failed', exitCode: 1, message: 'nobody to greet' })
  expect(executor.agents.settle(calls[0]!.run, { ok: true, value: '1' })).toBe(false)
})

test('what agents serve is offered while they are attached', () => {
  const heard: string[][] = []
  const unsubscribe = executor.onFunctionsChanged((functions) => heard.push(functions))
  const detach = executor.agents.attach('a', ['y', 'x'], 1, () => {})
  executor.agents.attach('b', ['x'], 1, () => {})
  detach()
  unsubscribe()
  executor.agents.detach('b')
  expect(heard).toEqual([['x', 'y'], ['x', 'y'], ['x']])
  expect(executor.functions()).toEqual([])
})

test('calls over the slots of the agents wait, and go to the least busy one', () => {
  const a: AgentCall[] = []
  const b: AgentCall[] = []
  executor.agents.attach('a', ['f'], 1, (given) => a.push(given))
  executor.agents.attach('b', ['f'], 2, (given) => b.push(given))
  for (let i = 0; i < 5; i++) start('f', i)
  expect([a.length, b.length]).toEqual([1, 2])
  executor.agents.settle(b[0]!.run, { ok: true, value: '0' })
  expect(b.map((given) => given.args)).toEqual(['[1]', '[2]', '[3]'])
})

test('when an agent leaves, its calls are refused so that they may run elsewhere', async () => {
  executor.agents.attach('a', ['f'], 1, () => {})
  const running = start('f')
  const waiting = start('f')
  executor.agents.detach('a')
  for (const each of [running, waiting]) {
    const result = await events.result(each.task)
    expect(result.end).toBe('refused')
    expect(result.message).toMatch(/^agent-left: agent a left/)
  }
  expect(events.log).not.toContain(`running ${waiting.task}`)
})

test('what waits goes on with another agent when one leaves', async () => {
  const calls: AgentCall[] = []
  executor.agents.attach('a', ['f'], 1, () => {})
  executor.agents.attach('b', ['f'], 1, (given) => calls.push(given))
  start('f', 1)
  start('f', 2)
  const waiting = start('f', 3)
  executor.agents.detach('a')
  executor.agents.settle(calls[0]!.run, { ok: true, value: '1' })
  expect(calls[1]).toMatchObject({ task: waiting.task })
})

test('a halted call ends at once, its agent is told, and keeps the slot until it answers', async () => {
  const calls: AgentCall[] = []
  const halted: string[] = []
  executor.agents.attach(
    'a',
    ['f'],
    1,
    (given) => calls.push(given),
    (run) => halted.push(run),
  )
  const first = start('f', 1)
  const second = start('f', 2)
  const third = start('f', 3)
  executor.halt(first.task, first.ballot, 'cancelled')
  executor.halt(second.task, second.ballot, 'cancelled')
  expect(await events.result(first.task)).toMatchObject({ end: 'stopped', message: 'cancelled' })
  expect(await events.result(second.task)).toMatchObject({ end: 'stopped' })
  expect(halted).toEqual([calls[0]!.run])
  expect(calls).toHaveLength(1)
  expect(executor.agents.settle(calls[0]!.run, { ok: true, value: '1' })).toBe(false)
  expect(calls[1]).toMatchObject({ task: third.task })
})

test('an agent that answers while it is called does not nest calls', async () => {
  const calls: AgentCall[] = []
  const detach = executor.agents.attach('slow', ['f'], 1, (given) => calls.push(given))
  start('f')
  const orders = Array.from({ length: 3000 }, (_, i) => start('f', i))
  executor.agents.attach('fast', ['f'], 1, (given) =>
    executor.agents.settle(given.run, { ok: true, value: given.args }),
  )
  for (const each of orders) expect(await events.result(each.task)).toMatchObject({ end: 'ok' })
  detach()
})

test('an agent that cannot be handed a call is taken as gone', async () => {
  executor.agents.attach('a', ['f'], 1, () => {
    throw new Error('stream is closed')
  })
  const wanted = start('f')
  expect(await events.result(wanted.task)).toMatchObject({ end: 'refused' })
  expect(executor.functions()).toEqual([])
})

test('an id is attached once, with slots', () => {
  executor.agents.attach('a', ['f'], 1, () => {})
  expect(() => executor.agents.attach('a', ['f'], 1, () => {})).toThrow(/attached already/)
  expect(() => executor.agents.attach('b', ['f'], 0, () => {})).toThrow(/slots/)
})
