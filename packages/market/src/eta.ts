import {
  type Allocation,
  copiesThatFit,
  copyVector,
  type GpuGroup,
  giveBack,
  type Millis,
  type ResourceRequest,
  type ResourceVector,
  take,
} from '@souk/kernel'
import type { Ties } from '@souk/wire'
import { type Durations, durationClass } from './durations.ts'

/** A task that this host has taken: it runs since `startedMs` on its allocation, or (without one) queues for room. */
export interface Work {
  class: string
  tenant?: string
  ties?: Ties
  /** the alternative that `request` is; absent: the request itself */
  alternative?: number
  request: ResourceRequest
  startedMs: Millis
  /** its timeout ends it then; absent: no timeout */
  untilMs?: Millis
  allocation?: Allocation | undefined
}

interface End {
  atMs: Millis
  allocation: Allocation
}

/**
 * Milliseconds until one such request could probably start on a busy host: runs are taken to end by the median of what is
 * left of their class, and queued tasks go first, in their order. Undefined: it would never fit, or too little is known of
 * what runs. Cost: the number of runs and of queued tasks, which the caller bounds.
 */
export function decideEta(
  host: { free: ResourceVector; gpus?: readonly GpuGroup[] | undefined; work: readonly Work[]; durations: Durations },
  request: ResourceRequest,
  now: Millis,
): Millis | undefined {
  const { free, gpus = [], work, durations } = host
  const left = copyVector(free)
  const line = work.filter(({ allocation }) => !allocation)
  const ends: End[] = []
  for (const { class: name, alternative, startedMs, allocation } of work) {
    const remaining =
      allocation && durations.remainingMs(durationClass(name, alternative), Math.max(0, now - startedMs))
    if (remaining !== undefined) insert(ends, { atMs: remaining, allocation: allocation! })
  }
  for (let end = ends.shift(); end; end = ends.shift()) {
    giveBack(left, end.allocation)
    for (let next = line[0]; next; next = line[0]) {
      const allocation = take(left, next.request, gpus)
      if (!allocation) break
      line.shift()
      const runMs = durations.expected(durationClass(next.class, next.alternative))?.p50
      if (runMs !== undefined) insert(ends, { atMs: end.atMs + runMs, allocation })
    }
    if (line.length === 0 && copiesThatFit(left, request, 1, gpus) > 0) return Math.ceil(end.atMs)
  }
  return undefined
}

function insert(ends: End[], end: End): void {
  let at = ends.length
  while (at > 0 && ends[at - 1]!.atMs > end.atMs) at--
  ends.splice(at, 0, end)
}
