import { expect, it } from 'vitest'
import { lies } from '../src/faults/fault.ts'
import { type FaultRates, noFaults } from '../src/faults/fault-rates.ts'
import { profileOf, simulate } from '../src/index.ts'
import { peerSubject } from '../src/peer-subject.ts'

const rates: FaultRates = { ...noFaults, members: { liar: 1 } }

it('keeps every promise to the others while a member lies in every way there is', () => {
  const told = new Set<string>()
  let forged = 0
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const profile = { ...profileOf('burst')!, faults: rates }
    const watches = [{ onForged: () => void forged++ }]
    const result = simulate({ seed, peers: 5, tasks: 100, profile, subject: peerSubject(), watches })
    expect(result.violations).toEqual([])
    expect(result.closed).toBe(100)
    for (const fault of result.plan.faults) if (fault.kind === 'liar') for (const lie of fault.lies) told.add(lie)
  }
  expect([...told].sort()).toEqual([...lies].sort())
  expect(forged).toBeGreaterThan(0)
})
