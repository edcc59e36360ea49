import type { Reply } from '@souk/peer'
import type { BlobRef, TaskRecord } from '@souk/wire'
import { afterEach, expect, test, vi } from 'vitest'
import { refOf } from './memory-blobs.ts'
import { type Host, runOrder, turn, World } from './world.ts'

const sizeBytesMax = 1000
const task = '0'.repeat(24)

async function* bytes(text: string) {
  yield Buffer.from(text)
}

/** Connected hosts that all keep task `t`; blob `input` is at the first. */
async function hosts(...names: string[]): Promise<{ world: World; all: Host[]; replies: Reply[]; client: number }> {
  const world = new World()
  const all: Host[] = []
  for (const name of names) all.push(await world.started(name))
  const [first, ...others] = all
  for (const { credentials } of others) await first!.transport.dial([`/memory/p2p/${credentials.self}`])
  await first!.blobs.put(bytes('input'), { sizeBytesMax })
  first!.peer.custodians = { t: ['a', 'b', 'c'] }
  const replies: Reply[] = []
  const client = first!.driver.attach((reply) => replies.push(reply))
  return { world, all, replies, client }
}

function recordOf(inputs: BlobRef[], custodians = ['a', 'b', 'c']): TaskRecord {
  const { record } = runOrder(task)
  return {
    ...record,
    custodians,
    spec: { ...record.spec, inputs: inputs.map((blob) => ({ path: 'x', blob, mode: 0 })) },
  }
}

const submission = (inputs: BlobRef[], tag = 1) => ({ tag, nonce: 't', spec: recordOf(inputs).spec })

function submit({ driver }: Host, client: number, ...tasks: ReturnType<typeof submission>[]): void {
  driver.input({ type: 'submit', client, tasks })
}

/** The machine of this host wrote it. */
function write({ peer, driver }: Host, key: string, value: unknown): void {
  peer.handlers.lag = (_, out) => out.push({ type: 'persist', seq: 1, writes: [{ key, value }] })
  driver.input({ type: 'lag', lagMs: 0 })
  delete peer.handlers.lag
}

afterEach(() => {
  vi.useRealTimers()
})

test('a submit reaches the machine once a majority of custodians has its input, and not before', async () => {
  const { all, client } = await hosts('a', 'b', 'd')
  const [a, b, d] = all
  submit(a!, client, submission([refOf('input')]))
  expect(a!.peer.all('submit')).toEqual([])
  await a!.peer.next('submit')
  expect(await b!.blobs.has(refOf('input').hash)).toBe(true)
  expect(await d!.blobs.has(refOf('input').hash)).toBe(false)
})

test('what reads no blobs, or is kept here alone, or has its input there already, passes at once', async () => {
  const { all, client } = await hosts('a', 'b')
  const a = all[0]!
  submit(a, client, submission([refOf('input')]), submission([], 2), {
    ...submission([refOf('input')], 3),
    nonce: 'own',
  })
  a.peer.custodians.own = ['a']
  expect(a.peer.all('submit').flatMap(({ tasks }) => tasks.map(({ tag }) => tag))).toEqual([2, 3])
  await a.peer.next('submit')
  submit(a, client, submission([refOf('input')], 4))
  expect(
    a.peer
      .all('submit')
      .at(-1)!
      .tasks.map(({ tag }) => tag),
  ).toEqual([4])
})

test('a submit whose input too few custodians take is refused, and nothing of it happens', async () => {
  const { all, replies, client } = await hosts('a')
  submit(all[0]!, client, submission([refOf('input')]))
  await vi.waitFor(() => expect(replies).toHaveLength(1))
  expect(replies).toMatchObject([{ type: 'refused', tag: 1, code: 'inputs-not-kept' }])
  expect(all[0]!.peer.all('submit')).toEqual([])
})

test('a submit that the machine would refuse carries nothing anywhere', async () => {
  const { all, client } = await hosts('a', 'b')
  submit(all[0]!, client, { ...submission([refOf('input')]), nonce: 'refused' })
  expect(all[0]!.peer.all('submit')).toHaveLength(1)
  expect(await all[1]!.blobs.has(refOf('input').hash)).toBe(false)
})

test('input that is nowhere is told at once, not when the task runs', async () => {
  const { all, replies, client } = await hosts('a', 'b', 'c')
  submit(all[0]!, client, submission([refOf('never uploaded')]))
  await vi.waitFor(() => expect(replies).toMatchObject([{ code: 'inputs-not-kept' }]))
})

test('input that takes long is told as under way; asked again when it has arrived it passes', async () => {
  const { all, replies, client } = await hosts('a', 'b')
  const [a, b] = all
  const usual = a!.transport.pushBlob.bind(a!.transport)
  const held: (() => void)[] = []
  a!.transport.pushBlob = async (...words) => {
    await new Promise<void>((resolve) => held.push(resolve))
    await usual(...words)
  }
  submit(a!, client, submission([refOf('input')]))
  await turn()
  a!.clock.advance(8_000)
  await vi.waitFor(() => expect(replies).toMatchObject([{ type: 'refused', code: 'inputs-moving' }]))
  for (const go of held) go()
  await vi.waitFor(async () => expect(await b!.blobs.has(refOf('input').hash)).toBe(true))
  submit(a!, client, submission([refOf('input')]))
  await vi.waitFor(() => expect(a!.peer.all('submit')).toHaveLength(1))
  expect(replies).toHaveLength(1)
})

test('a custodian fetches what a record that it stores names: from the origin, else from another custodian', async () => {
  for (const holder of ['origin', 'custodian']) {
    const { all } = await hosts('b', 'a', 'c')
    const [b, a, c] = all
    const had = holder === 'origin' ? a : c
    await had!.blobs.put(bytes('data'), { sizeBytesMax })
    b!.peer.custodians = { [task]: ['a', 'b', 'c'] }
    write(b!, `task/${task}`, recordOf([refOf('data')]))
    expect(await b!.blobs.has(refOf('data').hash)).toBe(false)
    b!.clock.advance(2_000)
    await vi.waitFor(async () => expect(await b!.blobs.has(refOf('data').hash)).toBe(true))
  }
})

test('a custodian fetches what an outcome that it accepts names, again and again until it has it', async () => {
  const { all } = await hosts('b', 'host')
  const [b, host] = all
  b!.peer.custodians = { [task]: ['b'] }
  const result = { stdout: refOf('result'), stderr: new Uint8Array(0), files: [] }
  const outcome = { host: 'host', ballot: { counter: 1, peer: 'x', incarnation: 1 }, result }
  write(b!, `vote/${task}`, { accepted: { decree: { kind: 'outcome', outcome } } })
  b!.clock.advance(2_000)
  await vi.waitFor(() => expect(b!.clock.pending).toBeGreaterThan(2))
  await host!.blobs.put(bytes('result'), { sizeBytesMax })
  await vi.waitFor(async () => {
    b!.clock.advance(10_000)
    expect(await b!.blobs.has(refOf('result').hash)).toBe(true)
  })
})

test('what is no longer kept here is not fetched', async () => {
  const { all } = await hosts('b', 'a')
  const [b, a] = all
  await a!.blobs.put(bytes('data'), { sizeBytesMax })
  write(b!, `task/${task}`, recordOf([refOf('data')]))
  const armed = b!.clock.pending
  b!.clock.advance(2_000)
  await vi.waitFor(() => expect(b!.clock.pending).toBe(armed - 1))
  expect(await b!.blobs.has(refOf('data').hash)).toBe(false)
})

test('old blobs go when no task names them; young and named ones stay, and lacking ones are fetched', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 })
  const { all } = await hosts('b', 'a')
  const [b, a] = all
  for (const each of ['old', 'old but named']) await b!.blobs.put(bytes(each), { sizeBytesMax })
  await a!.blobs.put(bytes('lacking'), { sizeBytesMax })
  vi.setSystemTime(2 * 3_600_000)
  await b!.blobs.put(bytes('young'), { sizeBytesMax })
  b!.peer.custodians = { [task]: ['a', 'b'] }
  b!.peer.blobs = [{ task, blobs: [refOf('old but named'), refOf('lacking')], from: ['a'] }]
  const has = (each: string) => b!.blobs.has(refOf(each).hash)
  b!.clock.advance(30_000)
  await vi.waitFor(async () => expect(await has('old')).toBe(false))
  await vi.waitFor(async () => {
    b!.clock.advance(1_000)
    expect(await has('lacking')).toBe(true)
  })
  expect(await Promise.all(['old but named', 'young'].map(has))).toEqual([true, true])
})
