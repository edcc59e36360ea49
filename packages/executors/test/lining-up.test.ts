import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FunctionExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { call, command, order, self } from './orders.ts'
import { Recorder, text } from './recorder.ts'

// Real threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const fixture = fileURLToPath(new URL('./fixtures/functions.ts', import.meta.url))
let dataFolder: string
let executor: FunctionExecutor
let events: Recorder

/** One thread, so that everything is behind the same run. */
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-lined-'))
  executor = new FunctionExecutor({ self, dataFolder, blobs: new MemoryBlobs(), modules: [fixture], threadsMax: 1 })
  events = new Recorder()
  await executor.start(events, new AbortController().signal)
})

afterAll(async () => {
  await executor.stop()
  await rm(dataFolder, { recursive: true })
})

type Order = ReturnType<typeof order>
/** What it told of these runs, by letters in the order of the orders. */
function told(...orders: Order[]): string[] {
  const letters = new Map(orders.map(({ task }, i) => [task, 'abcdef'[i]!]))
  return events.log.flatMap((line) => {
    const at = line.lastIndexOf(' ')
    const letter = letters.get(line.slice(at + 1))
    return letter ? [`${line.slice(0, at)} ${letter}`] : []
  })
}
const over = (...orders: Order[]) => events.until(() => orders.every(({ task }) => events.results.has(task)))
const takenBack = (wanted: Order) => events.until(() => events.log.includes(`taken back ${wanted.task}`))

/** A run that goes on until it is halted, once it has begun in its thread. */
async function hanging(): Promise<Order> {
  const head = order(call('block'))
  executor.run(head)
  await events.until(() => events.live(head.task) !== '')
  return head
}

test('calls that are lined up run in their order, each told once the one before it is over', async () => {
  const [a, b, c] = [order(call('later', 1)), order(call('add', 1, 2)), order(call('fails'))]
  executor.run(a)
  await events.started(a.task)
  executor.lineUp(b, a)
  executor.lineUp(c, a)
  expect(executor.underWay().map(({ task }) => task)).toEqual([a.task, b.task, c.task])
  await over(a, b, c)
  expect(told(a, b, c)).toEqual(['running a', 'ran a', 'running b', 'ran b', 'running c', 'ran c'])
  expect(text(events.results.get(b.task)!.value)).toBe('3')
  expect(events.results.get(c.task)!.end).toBe('failed')
})

test('what is taken back never begins, and what is behind it does', async () => {
  const a = await hanging()
  const [b, c] = [order(call('add', 1, 2)), order(call('add', 3, 4))]
  executor.lineUp(b, a)
  executor.lineUp(c, a)
  executor.takeBack(b.task, b.ballot)
  executor.takeBack(c.task, c.ballot)
  expect(told(a, b, c)).toEqual(['running a', 'taken back b', 'taken back c'])
  expect(executor.underWay()).toHaveLength(1)
  executor.halt(a.task, a.ballot, 'cancelled')
  await over(a)
  // It may be started anew.
  executor.run(b)
  await over(b)
  expect(text(events.results.get(b.task)!.value)).toBe('3')
})

test('what has begun is not taken back', async () => {
  const [a, b] = [order(call('later', 1)), order(call('hang'))]
  executor.run(a)
  await events.started(a.task)
  executor.lineUp(b, a)
  await events.started(b.task)
  executor.takeBack(b.task, b.ballot)
  executor.halt(b.task, b.ballot, 'cancelled')
  await over(b)
  expect(told(a, b)).toEqual(['running a', 'ran a', 'running b', 'ran b'])
  expect(events.results.get(b.task)!.end).toBe('stopped')
})

test('one that is halted before its turn ends, and its thread goes on with the others', async () => {
  const file = join(dataFolder, 'go on')
  const a = order(call('until', file))
  executor.run(a)
  await events.started(a.task)
  const [b, c] = [order(call('hang')), order(call('add', 1, 1))]
  executor.lineUp(b, a)
  executor.lineUp(c, a)
  executor.halt(b.task, b.ballot, 'cancelled')
  await writeFile(file, '')
  await over(a, b, c)
  expect(told(a, b, c)).toEqual(['running a', 'ran a', 'ran b', 'running c', 'ran c'])
  expect(events.results.get(b.task)!.end).toBe('stopped')
  expect(text(events.results.get(c.task)!.value)).toBe('2')
})

test('however many were lined up and taken back behind one run, none of them begins, and no answer is taken for another', async () => {
  const file = join(dataFolder, 'go')
  const a = order(call('until', file))
  executor.run(a)
  await events.started(a.task)
  for (let i = 0; i < 100; i++) {
    const b = order(call('add', i, 1000))
    executor.lineUp(b, a)
    executor.takeBack(b.task, b.ballot)
    await takenBack(b)
  }
  await writeFile(file, '')
  await over(a)
  // Its thread may not have come to those that were taken back yet.
  const c = order(call('later', 'c'))
  executor.run(c)
  await events.started(c.task)
  const behind = Array.from({ length: 20 }, (_, i) => order(call('add', i, 1)))
  for (const next of behind) executor.lineUp(next, c)
  await over(c, ...behind)
  const values = [a, c, ...behind].map(({ task }) => JSON.parse(text(events.results.get(task)!.value)) as unknown)
  expect(values).toEqual([file, 'c', ...behind.map((_, i) => i + 1)])
})

test('when a thread is lost, what was behind comes back, and nothing of it has happened', async () => {
  const a = order(call('exits'))
  const b = order(call('add', 1, 2))
  executor.run(a)
  await events.started(a.task)
  executor.lineUp(b, a)
  await over(a)
  await takenBack(b)
  expect(told(a, b).at(-1)).toBe('taken back b')
  executor.run(b)
  await over(b)
})

test('behind one that is halted it comes back, too', async () => {
  const a = await hanging()
  const b = order(call('add', 1, 2))
  executor.lineUp(b, a)
  executor.halt(a.task, a.ballot, 'cancelled')
  await over(a)
  await takenBack(b)
  expect(told(a, b).sort()).toEqual(['ran a', 'running a', 'taken back b'])
})

test('calls of registered functions are lined up, and none of those that agents serve', () => {
  executor.agents.attach('agent', ['of-an-agent'], 1, () => {})
  expect(executor.functions()).toContain('of-an-agent')
  expect(executor.linedFunctions()).toContain('add')
  expect(executor.linedFunctions()).not.toContain('of-an-agent')
  executor.agents.detach('agent')
})

test('what cannot follow a run is given back at once', async () => {
  const a = await hanging()
  const refused = [
    order(call('no-such-function')),
    order(command('true')),
    order(call('add', 1, 2), { outputs: ['*.txt'] }),
  ]
  for (const wanted of refused) executor.lineUp(wanted, a)
  const stray = order(call('add', 1, 2))
  executor.lineUp(stray, refused[0]!)
  for (const wanted of [...refused, stray]) await takenBack(wanted)
  executor.halt(a.task, a.ballot, 'cancelled')
  await over(a)
})

test('whose lease has ended before its turn does not begin, and comes back with what is behind it', async () => {
  const a = order(call('later', 1))
  const b = order(call('add', 1, 2), {}, { leased: true })
  const c = order(call('add', 3, 4))
  executor.run(a)
  await events.started(a.task)
  events.leaseMs = -1
  executor.lineUp(b, a)
  events.leaseMs = Infinity
  executor.lineUp(c, a)
  await over(a)
  await takenBack(b)
  await takenBack(c)
  expect(told(a, b, c)).toEqual(['running a', 'ran a', 'taken back b', 'taken back c'])
  executor.run(c)
  await over(c)
  expect(text(events.results.get(c.task)!.value)).toBe('7')
})

test('what is lined up behind a run in the moment in which that is told to begin comes after it', async () => {
  const [a, b] = [order(call('later', 1)), order(call('add', 1, 2))]
  const own = new FunctionExecutor({
    ...{ self, dataFolder: join(dataFolder, 'at-once'), blobs: new MemoryBlobs(), modules: [fixture], threadsMax: 2 },
  })
  const { running } = events
  events.running = (task, ballot) => {
    running.call(events, task, ballot)
    if (task === a.task) own.lineUp(b, a)
  }
  await own.start(events, new AbortController().signal)
  own.run(order(call('hang')))
  // Its thread has to be started first.
  own.run(a)
  await over(a, b)
  expect(told(a, b)).toEqual(['running a', 'ran a', 'running b', 'ran b'])
  events.running = running
  await own.stop()
})

test('each run took as long as its thread was at it, also where several are heard of at once', async () => {
  const [first, done] = [join(dataFolder, 'first'), join(dataFolder, 'done')]
  const warm = order(call('nothing'))
  executor.run(warm)
  await over(warm)
  const [a, b, c] = [order(call('spin', 30, first)), order(call('spin', 40, done)), order(call('nothing'))]
  executor.run(a)
  await events.started(a.task)
  for (const next of [b, c]) executor.lineUp(next, a)
  // This thread hears nothing meanwhile.
  for (const untilMs = Date.now() + 10_000; !existsSync(done) && Date.now() < untilMs; );
  await over(a, b, c)
  const took = [a, b, c].map(({ task }) => events.results.get(task)!.runMs)
  expect(took[0]).toBeGreaterThanOrEqual(30)
  expect(took[1]).toBeGreaterThanOrEqual(40)
  expect(took[2]).toBeLessThan(took[1]!)
})
