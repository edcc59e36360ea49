import { copiesThatFit, copyVector, type Millis, type ResourceVector, take } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { Company } from './company.ts'
import type { LoadFacts, RunSpan, WaitingLot } from './load-facts.ts'

/** duration assumed of a task of an unknown class (guess); the market assumes as much */
export const runMsUnknown = 1_000
/** most idle lanes of one host, so that a large idle host does not make the prediction dear */
const idleMax = 1024

/** Room at a host for one run after another. The present run, if there is one, is expected to end `freeMs` from now. */
export interface Lane {
  peer: PeerId
  freeMs: Millis
  /** nothing runs there now */
  idle: boolean
}

/** A lane for each run that hosts have now, and idle ones for as many waiting tasks as there is room for, lots in their order. */
export function lanesOf(
  { hosts, nowMs, decideTies }: Pick<LoadFacts, 'hosts' | 'nowMs' | 'decideTies'>,
  lots: readonly WaitingLot[],
  free: ReadonlyMap<PeerId, ResourceVector>,
): Lane[] {
  const company = new Company(hosts, decideTies)
  return hosts.flatMap(({ peer, gpus, runs }) => {
    const busy = runs.filter(({ toMs }) => toMs === undefined)
    const left = copyVector(free.get(peer)!)
    let idle = 0
    for (const lot of lots) {
      const { able, request, count } = lot
      if (!able.includes(peer)) continue
      const fit = company.join(lot, peer, copiesThatFit(left, request, Math.min(count, idleMax - idle), gpus))
      for (let i = 0; i < fit; i++) take(left, request, gpus)
      idle += fit
    }
    return [
      ...busy.map((run) => ({ peer, freeMs: remainingMs(run, nowMs), idle: false })),
      ...Array.from({ length: idle }, () => ({ peer, freeMs: 0, idle: true })),
    ]
  })
}

/** How much longer a run takes; one that has outlived its expected duration counts as half done. */
function remainingMs({ fromMs, expectedMs = runMsUnknown }: RunSpan, nowMs: Millis): Millis {
  const elapsedMs = Math.max(0, nowMs - Math.min(fromMs, nowMs))
  return expectedMs > elapsedMs ? expectedMs - elapsedMs : elapsedMs
}
