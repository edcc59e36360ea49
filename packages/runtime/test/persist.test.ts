import type { PeerEffect } from '@souk/peer'
import { expect, test } from 'vitest'
import { diskFull } from './memory-records.ts'
import { ToyPeer } from './toy-peer.ts'
import { turn, World } from './world.ts'

const persist = (seq: number, key = `task/${seq}`, ...value: unknown[]): PeerEffect => ({
  type: 'persist',
  seq,
  writes: [{ key, value: value.length > 0 ? value[0] : seq }],
})

/** A peer that persists the seqs that the test gives it, and a disk that ends a write when the test says so. */
async function slowDisk() {
  const queue: PeerEffect[] = []
  const peer = new ToyPeer({ drain: (_, out) => out.push(...queue.splice(0)) })
  const host = await new World().started('a', peer)
  host.records.held = true
  const give = (...effects: PeerEffect[]) => {
    queue.push(...effects)
    host.driver.input({ type: 'drain', on: false })
  }
  return { ...host, give }
}

test('an idle disk writes at the end of the turn; what comes meanwhile is the next batch', async () => {
  const { give, records, peer } = await slowDisk()
  give(persist(1), persist(2))
  give(persist(3))
  expect(records.batches).toEqual([])
  await turn()
  expect(records.batches.map((b) => b.map((w) => w.key))).toEqual([['task/1', 'task/2', 'task/3']])
  give(persist(4))
  await turn()
  give(persist(5))
  await turn()
  expect(records.batches).toHaveLength(1)
  expect(peer.all('persisted')).toEqual([])

  const first = peer.next('persisted')
  records.finish()
  expect(await first).toEqual({ type: 'persisted', upToSeq: 3 })
  await turn()
  expect(records.batches[1]!.map((w) => w.key)).toEqual(['task/4', 'task/5'])
  const second = peer.next('persisted')
  records.finish()
  expect((await second).upToSeq).toBe(5)
})

test('the newest value of a key is the one that is written', async () => {
  const { give, records, peer } = await slowDisk()
  give(
    persist(1, 'task/x', 'old'),
    persist(2, 'task/x', 'new'),
    persist(3, 'task/y', 1),
    persist(4, 'task/y', undefined),
  )
  await turn()
  const done = peer.next('persisted')
  records.finish()
  await done
  expect(records.batches[0]).toHaveLength(2)
  expect(records.get('task/x')).toBe('new')
  expect(records.entries('task/')).toHaveLength(1)
})

test('a failed batch is answered with its seqs, and the next one is tried', async () => {
  const { give, records, peer } = await slowDisk()
  give(persist(1), persist(2))
  await turn()
  give(persist(3))
  await turn()
  const failed = peer.next('persistFailed')
  records.finish(diskFull())
  expect(await failed).toEqual({ type: 'persistFailed', fromSeq: 1, upToSeq: 2, code: 'disk-full', message: 'no room' })
  await turn()
  const worked = peer.next('persisted')
  records.finish()
  expect((await worked).upToSeq).toBe(3)
})

test('after a failure it is tried by itself whether writing works again, and said once', async () => {
  const { give, records, peer, clock } = await slowDisk()
  give(persist(1))
  await turn()
  const worked = peer.next('persisted')
  records.finish()
  await worked
  give(persist(2))
  await turn()
  const failed = peer.next('persistFailed')
  records.finish(diskFull())
  await failed

  let trying = records.nextWrite()
  clock.advance(1000)
  await trying
  records.finish(diskFull())
  await turn()
  trying = records.nextWrite()
  clock.advance(2000)
  await trying
  const works = peer.next('persisted')
  records.held = false
  records.finish()
  // Nothing more is on disk than before.
  expect(await works).toEqual({ type: 'persisted', upToSeq: 1 })
  expect(records.entries('self/')).toEqual([])
  const { length } = records.batches
  clock.advance(3_600_000)
  await turn()
  expect(records.batches).toHaveLength(length)
})

test('a write that works ends the trying', async () => {
  const { give, records, peer, clock } = await slowDisk()
  give(persist(1))
  await turn()
  const failed = peer.next('persistFailed')
  records.finish(diskFull())
  await failed
  give(persist(2))
  await turn()
  const worked = peer.next('persisted')
  records.finish()
  await worked
  const { length } = records.batches
  clock.advance(3_600_000)
  await turn()
  expect(records.batches).toHaveLength(length)
})

test('who asks whether it is written hears so with the write that has it, not with one before, nor with one after', async () => {
  const { give, records, driver } = await slowDisk()
  expect(await driver.written()).toBeUndefined()
  give(persist(1))
  const first = driver.written()
  give(persist(2))
  const heard: string[] = []
  const second = driver.written().then((failure) => heard.push(failure?.code ?? 'written'))
  records.finish()
  expect(await first).toBeUndefined()
  expect(heard).toEqual([])
  await turn()
  give(persist(3))
  const third = driver.written()
  records.finish()
  await second
  expect(heard).toEqual(['written'])
  await turn()
  records.finish(diskFull())
  expect(await third).toEqual({ code: 'disk-full', message: 'no room' })
  await driver.stop(AbortSignal.timeout(1_000))
  expect(await driver.written()).toMatchObject({ code: 'stopped' })
})

test('what no disk can cause, such as a value that cannot be encoded, ends the peer', async () => {
  const { give, records, driver, logged } = await slowDisk()
  give(persist(1))
  await turn()
  const bug = new TypeError('not plain data')
  records.finish(bug)
  await expect(driver.failed).rejects.toBe(bug)
  expect(logged).toHaveLength(1)
})

test('a disk that stalls for long: writes over the bound are refused in their turn, then it goes on', async () => {
  const { give, records, peer } = await slowDisk()
  give(persist(1))
  await turn()
  const many = Array.from({ length: 100_000 }, (_, i) => ({ key: `task/${i}`, value: i }))
  give({ type: 'persist', seq: 2, writes: many }, persist(3, 'over'), persist(4, 'task/0', 'also refused'))
  const failed = peer.next('persistFailed')
  const writing = records.nextWrite()
  records.finish()
  await writing
  records.finish()
  expect(await failed).toMatchObject({ fromSeq: 3, upToSeq: 4, code: 'io' })
  expect(peer.types().filter((t) => t.startsWith('persist'))).toEqual(['persisted', 'persisted', 'persistFailed'])
  expect(peer.all('persisted').map((i) => i.upToSeq)).toEqual([1, 2])
  expect(records.get('over')).toBeUndefined()
  expect(records.get('task/0')).toBe(0)

  give(persist(5))
  await turn()
  const again = peer.next('persisted')
  records.finish()
  expect((await again).upToSeq).toBe(5)
})
