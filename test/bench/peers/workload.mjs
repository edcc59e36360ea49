// The one workload that every system is measured with, this project included.
// All of it is deterministic: the same seed gives the same tasks.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const WORKERS = 3 // worker processes
export const SLOTS = 4 // concurrent tasks a worker process
export const LOG = process.env.PEER_LOG ?? join(tmpdir(), 'peer-executions.log')

export function rng(seed) {
  // mulberry32
  return () => {
    seed |= 0
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
/** 600 sleeps in ms, heavy-tailed (bounded Pareto, alpha 1.5, 10..400 ms). */
export function skewed() {
  const r = rng(7)
  const out = []
  for (let i = 0; i < 600; i++) out.push(Math.round(Math.min(400, 10 / (1 - r()) ** (1 / 1.5))))
  return out
}
/** Makespan in ms of these tasks, in this order, on all slots, with no overhead at all. */
export function fifoBound(ms) {
  const free = new Array(WORKERS * SLOTS).fill(0)
  for (const d of ms) {
    let k = 0
    for (let i = 1; i < free.length; i++) if (free[i] < free[k]) k = i
    free[k] += d
  }
  return Math.max(...free)
}
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
export const now = () => performance.now()
export function quantile(xs, q) {
  const s = [...xs].sort((a, b) => a - b)
  return s[Math.min(s.length - 1, Math.floor(s.length * q))]
}
export function rssMB(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)
  } catch {
    return null
  }
}
export function executions() {
  if (!existsSync(LOG)) return { started: 0, duplicated: 0 }
  const seen = new Map()
  for (const l of readFileSync(LOG, 'utf8').split('\n')) if (l) seen.set(l, (seen.get(l) ?? 0) + 1)
  return { started: seen.size, duplicated: [...seen.values()].filter((n) => n > 1).length }
}
export const resetExecutions = () => rmSync(LOG, { force: true })

/**
 * Runs the five measures against a system; PEER_MEASURES=W1,W2,W3 runs only those.
 * @param system { name, version, up(): Promise, submit(kind, {id, ms}): Promise, workers: number[] (pids), coordinator?: pid, killCoordinator?(), down() }
 */
const wanted = new Set((process.env.PEER_MEASURES ?? 'W1,W2,W3,W4,W5').split(','))
export async function measure(system) {
  const out = { system: system.name, version: system.version, node: process.version, workers: WORKERS, slots: SLOTS }
  const t0 = now()
  await system.up()
  out.startMs = Math.round(now() - t0)
  out.rssWorkerMB = rssMB(system.workers()[0])
  if (system.coordinator) out.rssCoordinatorMB = rssMB(system.coordinator())
  for (let i = 0; i < 200; i++) await system.submit('noop', { id: `warm${i}` })
  // W2 latency: one task at a time
  if (wanted.has('W2')) {
    const lat = []
    for (let i = 0; i < 500; i++) {
      const t = now()
      await system.submit('noop', { id: `l${i}` })
      lat.push(now() - t)
    }
    out.latencyP50Ms = +quantile(lat, 0.5).toFixed(2)
    out.latencyP99Ms = +quantile(lat, 0.99).toFixed(2)
  }
  // W1 throughput: 10,000 no-op tasks in flight at once, best of two
  if (wanted.has('W1')) {
    let best = 0
    for (let k = 0; k < 2; k++) {
      const t = now()
      await Promise.all(Array.from({ length: 10_000 }, (_, i) => system.submit('noop', { id: `t${k}.${i}` })))
      best = Math.max(best, (10_000 / (now() - t)) * 1000)
    }
    out.noopPerSecond = Math.round(best)
  }
  // W3 skew: makespan against the ideal (sum of the work over all slots)
  if (wanted.has('W3')) {
    const ms = skewed()
    const ideal = ms.reduce((a, b) => a + b, 0) / (WORKERS * SLOTS)
    const t = now()
    await Promise.all(ms.map((d, i) => system.submit('sleep', { id: `s${i}`, ms: d })))
    const took = now() - t
    out.makespanOverIdeal = +(took / ideal).toFixed(3)
    out.makespanOverFifoBound = +(took / fifoBound(ms)).toFixed(3)
  }
  // W4 a worker is killed with SIGKILL mid-run: what still completes within 60 s
  if (wanted.has('W4')) {
    resetExecutions()
    const N = 400
    let done = 0
    const t = now()
    const ideal = (N * 50) / (WORKERS * SLOTS)
    const all = Array.from({ length: N }, (_, i) =>
      system.submit('logged-sleep', { id: `k${i}`, ms: 50 }).then(
        () => {
          done++
        },
        () => {},
      ),
    )
    await sleep(ideal / 3)
    process.kill(system.workers()[1], 'SIGKILL')
    await Promise.race([Promise.all(all), sleep(60_000)])
    out.workerKill = {
      submitted: N,
      completed: done,
      lost: N - done,
      duplicated: executions().duplicated,
      seconds: +((now() - t) / 1000).toFixed(1),
      idealSeconds: +(ideal / 1000).toFixed(1),
    }
  }
  // W5 the coordinator is killed mid-run: what completes within 15 s
  if (system.coordinator && wanted.has('W5')) {
    const N = 400
    let done = 0
    Array.from({ length: N }, (_, i) =>
      system.submit('sleep', { id: `c${i}`, ms: 50 }).then(
        () => {
          done++
        },
        () => {},
      ),
    )
    await sleep(500)
    process.kill(system.coordinator(), 'SIGKILL')
    await sleep(15_000)
    out.coordinatorKill = { submitted: N, completed: done }
  }
  console.log(JSON.stringify(out))
  await Promise.race([Promise.resolve(system.down()).catch(() => {}), sleep(2000)])
  process.exit(0)
}
