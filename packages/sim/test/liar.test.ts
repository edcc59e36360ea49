import { expect, it } from 'vitest'
import { lies } from '../src/faults/fault.ts'
import { type FaultRates, noFaults } from '../src/faults/fault-rates.ts'
import { peerIdOf } from '../src/hosts.ts'
import { profileOf, simulate } from '../src/index.ts'
import { peerSubject } from '../src/peer-subject.ts'
import type { Watch } from '../src/watch.ts'

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

it('leaves out a member whose bids are more than it has, and no other', () => {
  const liar = 2
  const distrusted = new Map<string, number>()
  const watches: Watch[] = [
    {
      onTrace: (_, event) => {
        if (event.type === 'bidder.distrusted') distrusted.set(event.peer, (distrusted.get(event.peer) ?? 0) + 1)
      },
    },
  ]
  const { workload, ...rest } = profileOf('calm')!
  // Longer tasks, so that they are asked for, and more than there is room for, so that everybody is asked again and again.
  const classes = workload.classes.map((one) => ({ ...one, duration: { kind: 'fixed', ms: 900 } as const }))
  const shape = { ...workload, classes, load: 1.2, spanMsMin: 30_000, submitterShare: 0.4, batchMax: 4 }
  const plan = {
    faults: [{ kind: 'liar', node: liar, lies: ['inflated-bids'], everyMs: 500, atMs: 0, untilMs: 25_000 } as const],
    endMs: 25_000,
  }
  for (const seed of [1, 2, 3]) {
    const profile = { ...rest, workload: shape }
    const faults = { ...plan, faults: plan.faults.map((fault) => ({ ...fault, lies: [...fault.lies] })) }
    const result = simulate({ seed, peers: 5, tasks: 200, profile, plan: faults, subject: peerSubject(), watches })
    expect(result.violations).toEqual([])
    expect(result.closed).toBe(200)
  }
  expect([...distrusted.keys()]).toEqual([peerIdOf(liar)])
})
