import { Prng } from '@souk/kernel'
import { type Arrival, peerSubject, plainDraft, profileOf, type Subject, simulate, type TaskClass } from '@souk/sim'
import { taskId } from '@souk/wire'
import { describe, expect, it } from 'vitest'
import { withoutAsking } from './without-asking.ts'

const hosts = 8
const slotsPerHost = 4
const oneWayMs = 5
const roundTripMs = 2 * oneWayMs
/** 100 Mbit/s */
const bytesPerMs = 12_500

/** A load under which moving work is known to do harm (algorithms.md 2). */
interface Hurtful {
  meanMs: number
  /** offered slot time by what there is */
  rho: number
  tasks: number
  /** clients are at so many of the hosts */
  submitters: number
  /** so many come at once */
  burst?: number
  /** what it takes to fetch a task's data from where it was submitted */
  fetchMs?: number
}

const work: TaskClass = {
  name: 'work',
  weight: 1,
  duration: { kind: 'exponential', meanMs: 1 },
  cpuMilli: 1_000,
  memoryBytes: 2 ** 30,
  slots: 1,
}

function streamOf(load: Hurtful, seed: number): Arrival[] {
  const { meanMs, rho, tasks, submitters, burst = 1, fetchMs } = load
  const prng = new Prng(seed, 'hurtful')
  const gapMs = meanMs / (rho * hosts * slotsPerHost)
  let atMs = 0
  return Array.from({ length: tasks }, (_, i) => {
    if (i % burst === 0) atMs += prng.exponential(gapMs * burst)
    const ms = Math.max(0.001, Math.round(prng.exponential(meanMs) * 1_000) / 1_000)
    const node = prng.below(submitters)
    if (fetchMs === undefined) return { atMs, node, draft: plainDraft(seed, i, work, ms) }
    const draft = plainDraft(seed, i, work, ms, { node, ms: fetchMs })
    draft.spec.inputs = [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: fetchMs * bytesPerMs }, mode: 0o644 }]
    return { atMs, node, draft }
  })
}

/** Of all tasks, from the submit until each began with all its data; ms. */
function waitsOf(load: Hurtful, seed: number, subject: Subject): number[] {
  const calm = profileOf('calm')!
  const submittedMs = new Map<string, number>()
  const waits: number[] = []
  const { violations } = simulate({
    seed,
    peers: hosts,
    tasks: load.tasks,
    profile: {
      ...calm,
      network: { ...calm.network, latencyMsMedian: oneWayMs, latencySigma: 0 },
      hosts: { ...calm.hosts, slots: [slotsPerHost] },
    },
    subject,
    arrivals: streamOf(load, seed),
    watches: [
      {
        onSubmit: (_node, { tasks }, now) => {
          for (const { nonce } of tasks) submittedMs.set(taskId(nonce), now)
        },
        onRunEnd: (_node, { order, startedAt, ms }) => {
          const { ms: runMs } = (JSON.parse((order.record.spec.work as { args: string }).args) as [{ ms: number }])[0]
          waits.push(startedAt + ms - runMs - submittedMs.get(order.task)!)
        },
      },
    ],
  })
  // Without asking, tasks do wait beside idle slots for a while.
  expect(violations.filter(({ invariant }) => invariant !== 'idle')).toEqual([])
  expect(waits).toHaveLength(load.tasks)
  return waits
}

const p99 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.99)]!

const cases: Record<string, Hurtful> = {
  'tasks that are shorter than a round trip': { meanMs: 2, rho: 0.8, tasks: 2_000, submitters: hosts },
  'a mesh near saturation': { meanMs: 200, rho: 0.98, tasks: 1_500, submitters: hosts },
  'tasks with much data': { meanMs: 100, rho: 0.8, tasks: 2_000, submitters: hosts, fetchMs: 300 },
  'thieves that come at once': { meanMs: 50, rho: 0.85, tasks: 1_000, submitters: 1, burst: 64 },
}

/** p99 of one run is made by a handful of tasks that chance put together: those of several count as one. */
const seeds = [1, 2, 3]
const starvedMs = 300_000

describe('where moving work is known to do harm, p99 of waits is no worse with rebalancing than without', () => {
  for (const [name, load] of Object.entries(cases)) {
    const p99With = (subject: () => Subject): number =>
      p99(seeds.flatMap((seed) => waitsOf(load, seed, subject())).sort((a, b) => a - b))

    it(
      name,
      () => {
        // A bid or an answer that comes a moment later is no harm.
        expect(p99With(() => peerSubject())).toBeLessThanOrEqual(p99With(withoutAsking) + roundTripMs)
      },
      starvedMs,
    )
  }
})
