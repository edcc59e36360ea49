import type { LinkLine } from '@souk/client'
import { afterEach, expect, test, vi } from 'vitest'
import { inventoryOf } from '../src/from-inventory.ts'
import type { PeerSnapshotView } from '../src/index.ts'
import { closeAll, open, serve } from './fixture.ts'
import { hostInventory, hostUsage } from './host-inventory.ts'
import { MemoryMesh } from './memory-peer.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

test('the inventory of a peer is told with how far others are, and what runs there', async () => {
  const mesh = new MemoryMesh()
  const server = await serve({ self: 'PeerA', mesh })
  await serve({ self: 'PeerB', mesh })
  const { client } = await open([server])
  const told = await client.inventory()
  expect(told).toMatchObject({ peer: 'PeerA', host: { name: 'box' }, reserve: { cpuMilli: 500 }, usage: hostUsage })
  expect(told.relations).toEqual([{ from: 'host/box', relation: 'in', to: 'zone/attic' }])
  const ids = told.entries.map(({ id }) => id)
  expect(ids.slice(0, 2)).toEqual(['cpu', 'memory/ram'])
  expect(ids).toContain('network/peer/PeerB')
  expect(ids).toContain('software/executor/process')
})

const vector = { cpuMilli: 4000, memoryBytes: 4e9, diskBytes: 0, networkMbps: 0, slots: 4, gpuMilli: [], custom: {} }
const snapshotOf = (capacity: object, free: object): PeerSnapshotView =>
  ({
    self: 'PeerA',
    members: [
      { peer: 'PeerB', name: 'b', state: 'alive', connected: true, rttMs: 3.5 },
      { peer: 'PeerC', name: 'c', state: 'suspect', connected: false },
    ],
    offer: { capacity: { ...vector, ...capacity }, executors: [], functions: ['resize'] },
    free: { ...vector, ...free },
  }) as unknown as PeerSnapshotView
const view = { inventory: hostInventory, usage: [] }
const stateOf = (id: string, snapshot: PeerSnapshotView) =>
  inventoryOf(view, snapshot, []).entries.find((entry) => entry.id === id)?.availability

test('what tasks have taken, and what the owner does not offer, is not available', () => {
  expect(stateOf('cpu', snapshotOf({}, {}))).toEqual({ state: 'available' })
  expect(stateOf('cpu', snapshotOf({}, { cpuMilli: 0 }))).toEqual({
    state: 'in-use',
    reason: 'all 4 that are offered are given to tasks',
  })
  expect(stateOf('cpu', snapshotOf({ cpuMilli: 0 }, { cpuMilli: 0 }))).toMatchObject({ state: 'reserved' })
  expect(stateOf('memory/ram', snapshotOf({}, { memoryBytes: 0 }))).toMatchObject({ state: 'in-use' })
})

test('the way to a peer says its round trip and how fast transfers went, or that there is none', () => {
  const links = [{ id: 'PeerB', receivedMbps: 940.4, sentMbps: 12 }] as unknown as LinkLine[]
  const { entries } = inventoryOf(view, snapshotOf({}, {}), links)
  expect(entries.find(({ id }) => id === 'network/peer/PeerB')).toMatchObject({
    name: 'b',
    availability: { state: 'available' },
    facts: { rttMs: 3.5, receivedMbps: 940.4, sentMbps: 12 },
  })
  expect(stateOf('network/peer/PeerC', snapshotOf({}, {}))).toEqual({
    state: 'unavailable',
    reason: 'not connected (suspect)',
  })
  expect(entries.map(({ id }) => id)).toContain('software/function/resize')
})
