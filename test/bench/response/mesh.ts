import { type Profile, peerSubject, profileOf, simulate } from '@souk/sim'
import { quantile } from '../report.ts'
import { hosts, type Load, oneWayMs, slotsPerHost, submitters, type Task } from './load.ts'
import { MeshWatch, type Placed } from './mesh-watch.ts'

export interface MeshRun {
  placed: Placed[]
  detail: Record<string, unknown>
}

/** The real peers in the simulator, with this load. Throws when the simulator's checkers found a promise broken. */
export function runMesh(load: Load, tasks: readonly Task[]): MeshRun {
  const watch = new MeshWatch(tasks, load.hostsSubmit)
  const began = performance.now()
  const result = simulate({
    seed: load.seed,
    peers: load.hostsSubmit ? hosts : hosts + submitters,
    tasks: tasks.length,
    profile: profileFor(load),
    subject: peerSubject(),
    arrivals: tasks.map(({ arrival }) => arrival),
    watches: [watch],
  })
  const [violation] = result.violations
  if (violation) throw new Error(`the simulated mesh broke ${violation.invariant}: ${violation.detail}`)
  const measured = watch.placed.filter(({ task }) => task.measured)
  return {
    placed: watch.placed,
    detail: {
      messages_per_task: result.counters.messages! / tasks.length,
      frames_per_task: result.counters.frames! / tasks.length,
      placed_by: countBy(measured, ({ how }) => how),
      awards_per_task: measured.reduce((sum, { awards }) => sum + awards, 0) / measured.length,
      bounced: result.stats.traces.get('task.bounced') ?? 0,
      to_accept_ms: spread(measured.map((p) => p.acceptedMs - p.submittedMs)),
      to_award_ms: spread(measured.map((p) => p.firstAwardMs - p.submittedMs)),
      award_to_start_ms: spread(measured.map((p) => p.startMs - p.firstAwardMs)),
      end_to_heard_ms: spread(measured.map((p) => p.heardMs - p.endMs)),
      wall_s: (performance.now() - began) / 1000,
    },
  }
}

function profileFor({ hostsSubmit }: Load): Profile {
  const calm = profileOf('calm')!
  return {
    ...calm,
    name: 'response-bench',
    network: { ...calm.network, latencyMsMedian: oneWayMs, latencySigma: 0 },
    hosts: { ...calm.hosts, slots: [slotsPerHost], withoutSlots: hostsSubmit ? 0 : submitters },
  }
}

function spread(samples: readonly number[]): Record<string, number> {
  const mean = samples.reduce((sum, ms) => sum + ms, 0) / samples.length
  const { p50, p95, p99 } = { p50: quantile(samples, 0.5), p95: quantile(samples, 0.95), p99: quantile(samples, 0.99) }
  return { mean: round(mean), p50: round(p50), p95: round(p95), p99: round(p99) }
}

const round = (ms: number): number => Math.round(ms * 100) / 100

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1
  return counts
}
