import { Prng } from '@souk/kernel'
import { type Arrival, plainDraft, type TaskClass } from '@souk/sim'

/** The mesh of the balance bench: like hosts, each of which may be submitted to. */
export const hosts = 10
export const slotsPerHost = 8
export const slots = hosts * slotsPerHost
export const oneWayMs = 5
export const roundTripMs = 2 * oneWayMs
const meanMs = 1_000

const work: TaskClass = {
  name: 'work',
  weight: 1,
  duration: { kind: 'exponential', meanMs },
  cpuMilli: 1_000,
  memoryBytes: 2 ** 30,
  slots: 1,
}

export interface Stream {
  seed: number
  /** offered slot-seconds by what the hosts have; over 1 a backlog builds up */
  rho: number
  spanMs: number
  /** all to the first host, or each to any */
  skewed: boolean
}

/** A Poisson stream: the same tasks at the same times, wherever they are submitted. */
export function drawStream({ seed, rho, spanMs, skewed }: Stream): Arrival[] {
  const prng = new Prng(seed, 'balance')
  const arrivals: Arrival[] = []
  for (let atMs = 0; ; ) {
    atMs += prng.exponential(meanMs / (rho * slots))
    if (atMs >= spanMs) return arrivals
    const ms = Math.max(0.001, Math.round(prng.exponential(meanMs) * 1_000) / 1_000)
    const anywhere = prng.below(hosts)
    arrivals.push({ atMs, node: skewed ? 0 : anywhere, draft: plainDraft(seed, arrivals.length, work, ms) })
  }
}
