import type { Prng } from '@souk/kernel'
import { between, type Range } from '../distributions.ts'
import { type Fault, pressures } from './fault.ts'
import type { FaultRates } from './fault-rates.ts'

/**
 * What weighs on each host, in a stream of its own: it may come while its peer is down or cut off. One pressure after the
 * other on one host.
 */
export function drawHostFaults(rates: FaultRates, nodes: number, [startMs, endMs]: Range, root: Prng): Fault[] {
  const perMinute = rates.perMinute.pressure ?? 0
  if (perMinute === 0) return []
  return Array.from({ length: nodes }, (_, node) => {
    const prng = root.fork(`${node}`)
    const faults: Fault[] = []
    for (let atMs = startMs + prng.exponential(60_000 / perMinute); atMs < endMs; ) {
      const untilMs = Math.min(endMs, atMs + between(prng, rates.lastsMs.pressure))
      faults.push({ kind: 'pressure', atMs, untilMs, node, of: prng.pick(pressures) })
      atMs = untilMs + prng.exponential(60_000 / perMinute)
    }
    return faults
  }).flat()
}
