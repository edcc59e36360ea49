import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { drawFaults } from '../src/faults/draw-faults.ts'
import { type Fault, type FaultKind, faultKinds } from '../src/faults/fault.ts'
import { type FaultRates, noFaults } from '../src/faults/fault-rates.ts'
import { keepMajority } from '../src/faults/keep-majority.ts'

const timed = faultKinds.filter((kind) => !['late-join', 'leave', 'liar', 'drain', 'removal'].includes(kind))
const rates: FaultRates = {
  ...noFaults,
  perMinute: Object.fromEntries(timed.map((kind) => [kind, 2])),
  killWrites: { kept: 1, lost: 1, either: 1, torn: 1 },
  members: { 'late-join': 1, leave: 1, liar: 1, drain: 1, removal: 1 },
}
const draw = (seed: number, over: Partial<FaultRates> = {}) =>
  drawFaults({ ...rates, ...over }, 8, [1000, 121_000], new Prng(seed))

it('draws the same plan from the same seed, and another from another', () => {
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
})

it('draws every kind there is, and ends each within the plan', () => {
  const plans = [3, 4, 5, 6, 7, 8].map((seed) => draw(seed))
  plans.push(draw(9, { perMinute: {} }), draw(9, { perMinute: {}, members: { removal: 1 } }))
  const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
  expect([...kinds].sort()).toEqual([...faultKinds].sort())
  for (const { faults, endMs } of plans) {
    for (const { atMs, untilMs } of faults) {
      expect(untilMs).toBeGreaterThan(atMs)
      expect(untilMs).toBeLessThanOrEqual(endMs)
    }
  }
})

it('gives one node one fault at a time', () => {
  const { faults } = draw(4, { members: {} })
  for (let node = 0; node < 8; node++) {
    // What weighs on its host comes whatever its peer does.
    const own = faults.filter((fault) => 'node' in fault && fault.node === node && fault.kind !== 'pressure')
    for (let i = 1; i < own.length; i++) expect(own[i]!.atMs).toBeGreaterThanOrEqual(own[i - 1]!.untilMs)
  }
})

it('adds a kind to a plan without moving those of other streams', () => {
  const only = (kind: FaultKind, perMinute: FaultRates['perMinute']) =>
    draw(5, { perMinute, members: {} }).faults.filter((fault) => fault.kind === kind)
  expect(only('partition', { partition: 5 })).toEqual(only('partition', { partition: 5, swizzle: 5 }))
  expect(only('crash', { crash: 2 })).toEqual(only('crash', { crash: 2, pressure: 5 }))
})

it('never puts the whole mesh on one side of a cut', () => {
  const cuts = draw(5).faults.filter((fault) => fault.kind === 'partition')
  expect(cuts.length).toBeGreaterThan(0)
  for (const { sideA } of cuts) {
    expect(sideA.length).toBeGreaterThan(0)
    expect(sideA.length).toBeLessThan(8)
  }
})

it('makes nothing of rates that are zero', () => {
  expect(drawFaults(noFaults, 8, [1000, 121_000], new Prng(6)).faults).toEqual([])
})

it('takes the disks of a minority only, with time between them', () => {
  const loss = (node: number, atMs: number): Fault => ({ kind: 'loss', atMs, untilMs: atMs + 1, node, returns: true })
  const all = [loss(0, 0), loss(1, 1000), loss(2, 50_000), loss(3, 100_000)]
  expect(keepMajority(all, 5)).toEqual([all[0], all[2]])
  expect(keepMajority(all, 3)).toEqual([all[0]])
  expect(keepMajority(all, 2)).toEqual([])
})

it('makes of a torn write that would be too much one that is only lost', () => {
  const torn: Fault = { kind: 'crash', atMs: 0, untilMs: 1, node: 0, quiet: false, writes: 'torn' }
  expect(keepMajority([torn], 2)).toEqual([{ ...torn, writes: 'lost' }])
  expect(keepMajority([torn], 3)).toEqual([torn])
})
