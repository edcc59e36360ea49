import { copiesThatFit, copyVector, type Millis, type ResourceVector, take } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { Company } from './company.ts'
import type { LoadFacts, RunSpan, WaitingLot } from './load-facts.ts'

/** assumed of a task of which nothing is known (guess); the market assumes as much */
export const runMsUnknown = 1_000
/** of one host; more idle ones than that start everything at once that is looked at */
const idleMax = 1024

/** Where one run after another can be: what runs there now is expected to end at `freeMs`, from now on. */
export interface Lane {
  peer: PeerId
  freeMs: Millis
  /** nothing runs there now */
  idle: boolean
}

/** What hosts run now, and as many more as there is room for, lots in their order. */
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

/** One that outlived what is usual is taken to be half done. */
function remainingMs({ fromMs, expectedMs = runMsUnknown }: RunSpan, nowMs: Millis): Millis {
  const elapsedMs = Math.max(0, nowMs - Math.min(fromMs, nowMs))
  return expectedMs > elapsedMs ? expectedMs - elapsedMs : elapsedMs
}
