import type { WarmOrder } from '@souk/peer'
import type { TaskId } from '@souk/wire'
import { expect, test } from 'vitest'
import { ExecutorSet, runEvents } from '../src/executor-set.ts'
import { ToyExecutor } from './toy-executor.ts'
import { ToyPeer } from './toy-peer.ts'
import { ballot, World } from './world.ts'

const order: WarmOrder = { class: 'toy', work: { name: 'toy' }, workers: 3 }

test('an order to warm workers where nothing runs functions is answered: it cannot be', async () => {
  const peer = new ToyPeer({ lag: (_, out) => out.push({ type: 'warm', order }) })
  const { driver } = await new World().started('a', peer)
  driver.input({ type: 'lag', lagMs: 0 })
  expect(peer.all('warmed')).toEqual([{ type: 'warmed', class: 'toy', workers: 0, tookMs: 0, code: 'cannot-warm' }])
})

test('what runs functions gets the order, and the machine hears how long starts took to get warm', async () => {
  const peer = new ToyPeer()
  const orders: WarmOrder[] = []
  const functions = Object.assign(new ToyExecutor(), {
    kind: 'function',
    warm: (given: WarmOrder) => orders.push(given),
  })
  const events = runEvents((input) => peer.step(input, 0, []), { peer, clock: { now: () => 0 } })
  const executors = new ExecutorSet([functions as never])
  await executors.start(events, new AbortController().signal)
  executors.carryOut({ type: 'warm', order })
  expect(orders).toEqual([order])
  const task: TaskId = 'task'
  events.ran(task, ballot, {} as never, 12)
  events.ran(task, ballot, {} as never)
  expect(peer.all('ran').map(({ warmUpMs }) => warmUpMs)).toEqual([12, undefined])
  expect(peer.all('warmed')).toEqual([])
})

test('commands are warmed by what runs commands', async () => {
  const orders: string[] = []
  const executorOf = (kind: 'process' | 'function') =>
    Object.assign(new ToyExecutor(), { kind, warm: ({ class: name }: WarmOrder) => orders.push(`${kind} ${name}`) })
  const executors = new ExecutorSet([executorOf('process') as never, executorOf('function') as never])
  executors.carryOut({ type: 'warm', order: { class: 'render', work: { name: 'sh', process: true }, workers: 1 } })
  executors.carryOut({ type: 'warm', order })
  expect(orders).toEqual(['process render', 'function toy'])
})
