import type { ResourceVector } from '@souk/kernel'
import type { BidTerms, Shape } from '@souk/wire'
import type { Durations } from './durations.ts'
import { fragmentationDeltaMilli } from './fragmentation.ts'
import type { LocalView } from './views.ts'

/** What this host would offer for `count` tasks of this shape that could start now. */
export function bidTerms(
  local: LocalView,
  durations: Durations,
  shape: Shape,
  count: number,
): Omit<BidTerms, 'loadSeq'> {
  const { capacity, priceMilli } = local.offer()
  const free = local.free()
  return {
    count,
    startMs: 0,
    finishMs: durations.told(shape.class),
    fragMilli: fragmentationDeltaMilli(free, capacity, shape.request),
    usedMilli: usedMilli(free, capacity),
    priceMilli,
    warm: durations.meanMs(shape.class) !== undefined,
  }
}

/** Thousandths in use of the resource that a host has least left of; what it has none of does not count. */
export function usedMilli(free: ResourceVector, total: ResourceVector): number {
  const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0)
  const pairs: [number, number][] = [
    [free.slots, total.slots],
    [free.cpuMilli, total.cpuMilli],
    [free.memoryBytes, total.memoryBytes],
    [sum(free.gpuMilli), 1000 * total.gpuMilli.length],
  ]
  const shares = pairs.map(([left, whole]) => (whole > 0 ? 1 - left / whole : 0))
  return Math.round(1000 * Math.min(1, Math.max(0, ...shares)))
}
