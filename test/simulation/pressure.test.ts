import { type FaultPlan, peerSubject, profileOf, type SimResult, simulate, violationsText } from '@souk/sim'
import { expect, it } from 'vitest'

const profile = profileOf('pressed')!
const work = { name: 'work', weight: 1, cpuMilli: 1000, memoryBytes: 2 ** 30, slots: 1 }

/** Two of six hosts are short of memory from the fifth second to the sixtieth; nothing else fails. */
const plan: FaultPlan = {
  faults: [0, 1].map((node) => ({ kind: 'pressure', node, of: 'memory', atMs: 5_000, untilMs: 60_000 })),
  endMs: 60_000,
}

function run(meanMs: number, tasks: number, workload: Partial<typeof profile.workload>): SimResult {
  const duration = { kind: 'exponential', meanMs } as const
  const shape = { ...profile.workload, classes: [{ ...work, duration }], ...workload }
  const subject = peerSubject()
  const result = simulate({ seed: 1, peers: 6, tasks, profile: { ...profile, workload: shape }, subject, plan })
  expect(result.violationCount === 0 ? '' : violationsText(result, '')).toBe('')
  expect(result.closed).toBe(tasks)
  return result
}

it('hosts without memory give up what waits in their queues, and take part again once it is over', () => {
  const { traces } = run(100, 1_200, { burst: true, batchMax: 256, checkpointChance: 0 }).stats
  for (const type of ['pressure.began', 'pressure.ended', 'task.putBack'])
    expect(traces.get(type), type).toBeGreaterThan(0)
})

it('where memory stays short, runs go on elsewhere from their checkpoints, and every task has one outcome', () => {
  const result = run(30_000, 30, { load: 0.4, checkpointChance: 1 })
  expect(result.stats.traces.get('task.shed')).toBeGreaterThan(0)
  expect(result.resumed).toBeGreaterThan(0)
})
