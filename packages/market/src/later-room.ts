import {
  copiesThatFit,
  copyVector,
  type GpuGroup,
  giveBack,
  type Millis,
  type ResourceRequest,
  type ResourceVector,
} from '@souk/kernel'
import type { Work } from './eta.ts'

/**
 * How long it takes at most until this host has room for one such request more than now, for two, and so on: what runs is
 * over by its timeout, and what has none may run for ever. What only waits here does not count: it has no room yet.
 * Ascending, at most `most`. Cost: the number of runs, which the caller bounds.
 */
export function laterRoomMs(
  host: { free: ResourceVector; gpus?: readonly GpuGroup[] | undefined; work: readonly Work[] },
  request: ResourceRequest,
  most: number,
  now: Millis,
): Millis[] {
  const { free, gpus = [], work } = host
  const left = copyVector(free)
  const ends = work
    .flatMap(({ untilMs, allocation }) => (untilMs !== undefined && allocation ? [{ untilMs, allocation }] : []))
    .sort((a, b) => a.untilMs - b.untilMs)
  const times: Millis[] = []
  let there = copiesThatFit(left, request, most, gpus)
  const before = there
  for (const { untilMs, allocation } of ends) {
    if (there - before >= most) break
    giveBack(left, allocation)
    const next = copiesThatFit(left, request, before + most, gpus)
    for (; there < next; there++) times.push(Math.max(0, Math.ceil(untilMs - now)))
  }
  return times
}
