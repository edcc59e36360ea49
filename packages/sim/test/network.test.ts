import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { Cuts, nodeCut, pairCut, sideCut } from '../src/faults/cuts.ts'
import { Network, type NetworkShape } from '../src/network.ts'
import { profileOf } from '../src/profiles.ts'

function networkOf(shape: Partial<NetworkShape>): { network: Network; cuts: Cuts } {
  const cuts = new Cuts()
  const full = { ...profileOf('calm')!.network, ...shape }
  return { network: new Network(full, 4, new Prng(7), cuts), cuts }
}

function sendMany(network: Network, count: number): number[][] {
  return Array.from({ length: count }, (_, now) => [...network.send(0, 1, now)])
}

it('delivers once and in order over a reliable connection, however much is lost underneath', () => {
  const { network } = networkOf({ lossChance: 0.3, latencySigma: 1, latencyMsMedian: 5 })
  const arrivals = sendMany(network, 500)
  expect(arrivals.every(({ length }) => length === 1)).toBe(true)
  expect(arrivals.flat()).toEqual(arrivals.flat().toSorted((a, b) => a - b))
})

it('loses, doubles and reorders frames where the connection is not reliable', () => {
  const { network } = networkOf({
    reliable: false,
    lossChance: 0.1,
    duplicateChance: 0.1,
    reorderChance: 0.2,
    reorderMsMax: 50,
  })
  const arrivals = sendMany(network, 1000)
  const byCount = (n: number) => arrivals.filter(({ length }) => length === n).length
  expect(byCount(0)).toBeGreaterThan(50)
  expect(byCount(2)).toBeGreaterThan(50)
  expect(arrivals.flat()).not.toEqual(arrivals.flat().toSorted((a, b) => a - b))
})

it('stops losing and doubling once it is calm', () => {
  const { network } = networkOf({ reliable: false, lossChance: 0.5, duplicateChance: 0.5 })
  network.calm()
  expect(sendMany(network, 200).every(({ length }) => length === 1)).toBe(true)
})

it('never delivers before it was sent, and mostly near the median', () => {
  const { network } = networkOf({ reliable: false, latencyMsMedian: 10, latencySigma: 0.4 })
  const delays = sendMany(network, 999).flatMap((at, sent) => at.map((arrival) => arrival - sent))
  expect(Math.min(...delays)).toBeGreaterThan(0)
  const median = delays.toSorted((a, b) => a - b)[499]!
  expect(median).toBeGreaterThan(9)
  expect(median).toBeLessThan(11)
})

it('holds what is sent into a cut until it heals where the connection is reliable', () => {
  const { network, cuts } = networkOf({})
  const cut = sideCut(1000, [0], false)
  cuts.add(cut)
  expect(network.send(0, 1, 10)[0]).toBeGreaterThan(1000)
  expect(network.send(1, 0, 10)[0]).toBeGreaterThan(1000)
  expect(network.send(1, 2, 10)[0]).toBeLessThan(1000)
})

it('cuts one direction only where the partition is one-way', () => {
  const { network, cuts } = networkOf({ reliable: false })
  cuts.add(sideCut(1000, [0, 1], true))
  expect([...network.send(0, 2, 10)]).toEqual([])
  expect([...network.send(2, 0, 10)]).toHaveLength(1)
  expect([...network.send(0, 1, 10)]).toHaveLength(1)
  expect(network.gossip(0, 2, 10)).toBeUndefined()
  expect(network.gossip(2, 0, 10)).toBeGreaterThan(10)
})

it('cuts some pairs only where the cut is partial', () => {
  const { network, cuts } = networkOf({ reliable: false })
  cuts.add(pairCut(1000, [[0, 1]], false))
  cuts.add(pairCut(1000, [[2, 3]], true))
  expect([...network.send(0, 1, 10)]).toEqual([])
  expect([...network.send(1, 0, 10)]).toEqual([])
  expect([...network.send(2, 3, 10)]).toEqual([])
  expect([...network.send(3, 2, 10)]).toHaveLength(1)
  expect([...network.send(0, 2, 10)]).toHaveLength(1)
})

it('cuts a clogged node off from all others', () => {
  const { network, cuts } = networkOf({ reliable: false })
  cuts.add(nodeCut(1000, 2))
  for (const other of [0, 1, 3]) {
    expect([...network.send(2, other, 10)]).toEqual([])
    expect([...network.send(other, 2, 10)]).toEqual([])
  }
  expect([...network.send(0, 1, 10)]).toHaveLength(1)
})

it('lets everything through again after the heal', () => {
  const { network, cuts } = networkOf({ reliable: false })
  const cut = sideCut(1000, [0], false)
  cuts.add(cut)
  cuts.remove(cut)
  expect([...network.send(0, 1, 1000)]).toHaveLength(1)
})
