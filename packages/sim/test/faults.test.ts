import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { drawFaults } from '../src/faults/draw-faults.ts'
import { profileOf } from '../src/profiles.ts'

const { faults: rates } = profileOf('harsh')!
const draw = (seed: number) => drawFaults(rates, 8, [1000, 121_000], new Prng(seed))

it('draws the same plan from the same seed, and another from another', () => {
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
})

it('ends every fault within the plan', () => {
  const { faults, endMs } = draw(3)
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['partition', 'crash', 'freeze', 'disk-full']))
  for (const { atMs, untilMs } of faults) {
    expect(atMs).toBeGreaterThanOrEqual(1000)
    expect(untilMs).toBeGreaterThan(atMs)
    expect(untilMs).toBeLessThanOrEqual(endMs)
  }
})

it('gives one node one fault at a time', () => {
  const { faults } = draw(4)
  for (let node = 0; node < 8; node++) {
    const own = faults.filter((fault) => 'node' in fault && fault.node === node)
    for (let i = 1; i < own.length; i++) expect(own[i]!.atMs).toBeGreaterThanOrEqual(own[i - 1]!.untilMs)
  }
})

it('never puts the whole mesh on one side of a cut', () => {
  const cuts = draw(5).faults.filter(({ kind }) => kind === 'partition')
  expect(cuts.length).toBeGreaterThan(0)
  for (const cut of cuts) {
    if (cut.kind !== 'partition') continue
    expect(cut.sideA.length).toBeGreaterThan(0)
    expect(cut.sideA.length).toBeLessThan(8)
  }
})

it('makes nothing of rates that are zero', () => {
  expect(drawFaults(profileOf('calm')!.faults, 8, [1000, 121_000], new Prng(6)).faults).toEqual([])
})
