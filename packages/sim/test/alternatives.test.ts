import { expect, test, vi } from 'vitest'
import { peerSubject, profileOf, simulate } from '../src/index.ts'

// Whole simulations on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

/** Tasks that no host can give what they ask for first, or only a large one that is idle. */
test('tasks with alternatives never take more than there is, and all of them end, whatever fails', () => {
  const profile = profileOf('crashes')!
  const classes = profile.workload.classes.map((one, i) => ({
    ...one,
    slots: i % 2 === 0 ? 1_000 : 4,
    alternatives: [
      { cpuMilli: 2 * one.cpuMilli, memoryBytes: one.memoryBytes, slots: 2 },
      { cpuMilli: one.cpuMilli, memoryBytes: one.memoryBytes, slots: 1 },
    ],
  }))
  const workload = { ...profile.workload, classes }
  for (let seed = 1; seed <= 4; seed++) {
    const result = simulate({ seed, peers: 4, tasks: 60, profile: { ...profile, workload }, subject: peerSubject() })
    expect(result.violations, `seed ${seed}`).toEqual([])
    expect(result.closed).toBe(result.accepted)
  }
})
