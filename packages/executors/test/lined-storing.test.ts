import { createHash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FunctionExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { call, order, self } from './orders.ts'
import { Recorder } from './recorder.ts'

// Real threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const fixture = fileURLToPath(new URL('./fixtures/functions.ts', import.meta.url))
const events = new Recorder()
let dataFolder: string

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-lined-'))
})

afterAll(async () => {
  await rm(dataFolder, { recursive: true })
})

type Order = ReturnType<typeof order>
const over = (...orders: Order[]) => events.until(() => orders.every(({ task }) => events.results.has(task)))
const takenBack = (wanted: Order) => events.until(() => events.log.includes(`taken back ${wanted.task}`))
/** What it told of these runs. */
const told = (...orders: Order[]) => events.log.filter((line) => orders.some(({ task }) => line.endsWith(` ${task}`)))

/** What waits for it goes on once it is open. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** An executor of one thread that stores nothing before `stored` is open. */
async function slowToStore(name: string) {
  const [storing, stored] = [gate(), gate()]
  const blobs = new MemoryBlobs()
  const write = blobs.write.bind(blobs)
  blobs.write = async (...asked) => {
    storing.open()
    await stored.opened
    return await write(...asked)
  }
  const lost = new Promise<void>((resolve) => {
    process.once('worker', (thread) => thread.once('exit', () => resolve()))
  })
  const own = new FunctionExecutor({
    self,
    dataFolder: join(dataFolder, name),
    blobs,
    modules: [fixture],
    threadsMax: 1,
  })
  await own.start(events, new AbortController().signal)
  return { own, storing, stored, lost }
}

test('a thread that is lost while an answer that it gave before is still being stored is given back once', async () => {
  const { own, storing, stored, lost } = await slowToStore('lost')
  const [a, b] = [order(call('big', 2 ** 20)), order(call('exits'))]
  const [c, d] = [order(call('add', 1, 1)), order(call('add', 2, 2))]
  own.run(a)
  await events.started(a.task)
  for (const next of [b, c]) own.lineUp(next, a)
  // It waits for a thread: there is but one, and that goes on with `b`.
  own.run(d)
  await storing.opened
  await lost
  stored.open()
  await over(a, b, d)
  await takenBack(c)
  expect(events.results.get(b.task)!.end).toBe('failed')
  await own.stop()
})

test('one that is halted while an answer before it is still being stored ends at once, and is told of after that', async () => {
  const { own, storing, stored, lost } = await slowToStore('halted')
  const [a, b, c] = [order(call('big', 2 ** 20)), order(call('block')), order(call('add', 1, 1))]
  own.run(a)
  await events.started(a.task)
  own.lineUp(b, a)
  await storing.opened
  await events.until(() => events.live(b.task) !== '')
  own.halt(b.task, b.ballot, 'shutdown')
  await lost
  // Its thread is free for others meanwhile.
  own.run(c)
  await over(c)
  stored.open()
  await over(a, b)
  expect(told(a, b)).toEqual([`running ${a.task}`, `ran ${a.task}`, `ran ${b.task}`])
  await own.stop()
})

/** Blobs in files of their own, each piece of which is on the disk before the next one is taken. */
class SlowFiles extends MemoryBlobs {
  override async write(data: AsyncIterable<Uint8Array>, ...[, , signal]: [unknown, number, AbortSignal]) {
    const hash = createHash('sha256')
    let sizeBytes = 0
    const file = await open(join(dataFolder, 'blob'), 'w')
    try {
      for await (const chunk of data) {
        for (let at = 0; at < chunk.length; at += 65_536) {
          signal.throwIfAborted()
          const piece = chunk.subarray(at, at + 65_536)
          await file.write(piece)
          await file.sync()
          hash.update(piece)
          sizeBytes += piece.length
        }
      }
    } finally {
      await file.close()
    }
    return { hash: hash.digest('hex'), sizeBytes }
  }
}

test('one that is halted while what it followed is written to a disk is told of after that, which is whole', async () => {
  const bytes = 16 * 2 ** 20
  const shared = { self, dataFolder: join(dataFolder, 'disk'), modules: [fixture] }
  const own = new FunctionExecutor({ ...shared, blobs: new SlowFiles(), threadsMax: 1 })
  await own.start(events, new AbortController().signal)
  const [a, b, c] = [order(call('big', bytes)), order(call('block')), order(call('add', 1, 1))]
  own.run(a)
  await events.started(a.task)
  for (const next of [b, c]) own.lineUp(next, a)
  await events.until(() => events.live(b.task) !== '')
  own.halt(b.task, b.ballot, 'cancelled')
  await over(a, b)
  await takenBack(c)
  const [first, second] = [a, b].map(({ task }) => events.results.get(task)!)
  expect(first).toMatchObject({ end: 'ok', value: { sizeBytes: bytes + 2 } })
  expect(second!.end).toBe('stopped')
  expect(told(a, b, c)).toEqual([`running ${a.task}`, `ran ${a.task}`, `ran ${b.task}`, `taken back ${c.task}`])
  await own.stop()
})
