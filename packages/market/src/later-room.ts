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
 * Milliseconds until this host has room for one more such request than now, for two more, and so on, at the latest: a run
 * ends by its timeout, and one without may run for ever. Queued tasks do not count, since they hold no room. Ascending, at
 * most `most` entries. Cost: the number of runs, which the caller bounds.
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
