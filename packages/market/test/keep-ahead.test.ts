import { emptyRequest } from '@souk/kernel'
import type { TaskSpec } from '@souk/wire'
import { expect, test } from 'vitest'
import { offer, only, vector } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

const short: Partial<TaskSpec> = { class: 'short', request: { ...emptyRequest(), slots: 1 } }

/** A host of two slots, both at work on such tasks, of which the next ones wait; they take `meanMs`. */
function busy({ meanMs = 5, waiting = 40, others = [] as string[], inputs = [] as TaskSpec['inputs'] } = {}): Stall {
  const stall = new Stall({ host: offer({ capacity: vector({ slots: 2 }) }) })
  for (const peer of others) stall.members.add(peer)
  stall.step({ type: 'duration', class: 'short', runMs: meanMs })
  const request = short.request!
  stall.wait(['x', 'y'], short)
  const allocation = { request, gpuDevices: [] }
  stall.local.theWork = [0, 1].map(() => ({ class: 'short', tenant: 'tenant', request, startedMs: 0, allocation }))
  stall.wait(
    Array.from({ length: waiting }, (_, i) => `t${String(i).padStart(2, '0')}`),
    { ...short, inputs },
  )
  for (const peer of others) stall.noBid(peer)
  return stall
}
const changed = (stall: Stall): string[] => only(stall.step({ type: 'changed' }), 'keep').flatMap(({ tasks }) => tasks)

test('this host takes some work ahead of its own peer, as others do that ask, once half of it is used up', () => {
  const stall = busy()
  // Two round trips of 5 ms, on two slots, of 5 ms each.
  expect(changed(stall)).toEqual(['t00', 't01', 't02', 't03'])
  stall.local.inLine = 4
  expect(changed(stall)).toEqual([])
  stall.local.inLine = 2
  expect(changed(stall)).toEqual(['t04', 't05'])
})

test('it takes none of what takes long or has inputs, nor behind other runs than such, nor while a gang is to have its room', () => {
  expect(changed(busy({ meanMs: 500 }))).toEqual([])
  const behind = busy()
  for (const work of behind.local.theWork) work.class = 'long'
  expect(changed(behind)).toEqual([])
  const files = busy({ inputs: [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: 1_000 }, mode: 0o644 }] })
  expect(changed(files)).toEqual([])
  const promised = busy()
  promised.local.isPromised = true
  expect(changed(promised)).toEqual([])
})

test('what is left goes to others that ask, as before', () => {
  const stall = busy({ others: ['a'], waiting: 99 })
  expect(changed(stall)).toEqual(['t00', 't01', 't02', 't03'])
  expect(awards(stall.wanted('a', { free: vector({ slots: 2 }), count: 2 }))).toEqual([['a', ['t04', 't05']]])
})
