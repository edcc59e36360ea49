import { emptyRequest } from '@souk/kernel'
import { shapeOf } from '@souk/market'
import type { Advert, LoadStamp, TaskRecord, TaskSpec } from '@souk/wire'
import { expect, test } from 'vitest'
import { LoadTable } from '../src/load-table.ts'
import { queuedLots } from '../src/queued-lots.ts'
import { roomyHosts } from '../src/roomy-hosts.ts'
import { TransferRates } from '../src/transfer-rates.ts'
import { certificate, idOf, offer, proofOf, spec } from './fixtures.ts'

const record = (name: string, over: Partial<TaskSpec> = {}): TaskRecord => {
  return { id: idOf(name), spec: spec(over), origin: 'p0', submittedWallMs: 0, custodians: ['p2', 'p1'], version: 1 }
}
const lotsOf = (...queued: { record: TaskRecord; alternative: number }[]) =>
  queuedLots(queued, { self: 'p0', meanMs: () => undefined }).map(({ lot }) => lot)

test('what is queued is told by what it was given of what it asks for, like tasks together', () => {
  const wide = { ...emptyRequest(), slots: 2 }
  const either = (name: string, alternative: number) => ({
    record: record(name, { alternatives: [wide] }),
    alternative,
  })
  expect(lotsOf(either('a', 0), either('b', 1), either('c', 1))).toMatchObject([
    { count: 1, request: { slots: 1 }, tasks: [idOf('a')] },
    { count: 2, request: { slots: 2 }, tasks: [idOf('b'), idOf('c')] },
  ])
})

test('what is tied stays where it is, whatever has room elsewhere', () => {
  const tied = record('a', { group: 'db' })
  const free = record('b')
  expect(lotsOf({ record: tied, alternative: 0 }, { record: free, alternative: 0 })).toMatchObject([
    { count: 1, tasks: [idOf('b')] },
  ])
})

test('the inputs of a task are with its origin and its custodians', () => {
  const inputs = [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: 9 }, mode: 0o644 }]
  expect(lotsOf({ record: record('a', { inputs }), alternative: 0 })).toMatchObject([
    { inputBytes: 9, inputsAt: ['p0', 'p1', 'p2'] },
  ])
})

test('hosts are chosen among those that can run what is queued, however many others have room', () => {
  const loads = new LoadTable()
  const stamp: LoadStamp = { seq: 1, waiting: 0, freeSlots: 1, running: 0, draining: false, saidMs: 0 }
  const member = (peer: string, functions: string[]) => {
    loads.set({ peer, incarnation: 1 }, stamp, 0)
    const life = { peer, incarnation: 1, proof: proofOf(peer, 1), certificate: certificate(peer) }
    const advert: Advert = {
      ...life,
      seq: 1,
      addresses: [],
      offer: offer(1, { functions }),
      signature: new Uint8Array(0),
    }
    return { peer, reachable: true, role: 'host' as const, advert }
  }
  const others = Array.from({ length: 200 }, (_, i) => member(`q${i}`, i % 100 === 0 ? ['sleep'] : []))
  const shapes = [shapeOf(spec())]
  const found = (self: string, members = others) =>
    roomyHosts({ self, loads, rates: new TransferRates() }, members, shapes, 0).map(({ peer }) => peer)
  expect(found('p0').sort()).toEqual(['q0', 'q100'])
  const all = others.map(({ peer }) => member(peer, ['sleep']))
  expect(found('p0', all)).toHaveLength(64)
  expect(found('p0', all)).not.toEqual(found('p1', all))
})
