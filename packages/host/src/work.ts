import type { Allocation, Millis, ResourceRequest } from '@souk/kernel'
import type { Holdings } from './holdings.ts'
import type { Run } from './run.ts'
import type { Queued } from './tenant-line.ts'

/** A task that runs here, with what it was given, or waits here, without. */
export interface Work {
  class: string
  request: ResourceRequest
  startedMs: Millis
  allocation?: Allocation
}

/** What runs in the order it began, then what waits in the order given; at most `limit` of each. */
export function workOf(
  { runs, waiting, holdings }: { runs: Iterable<Run>; waiting: Iterable<Queued<Run>>; holdings: Holdings },
  limit: number,
): Work[] {
  const begun: Work[] = []
  for (const { task, phase, record, request, startedMs } of runs) {
    if (begun.length === limit) break
    if (phase === 'queued') continue
    const allocation = holdings.held(task)
    begun.push({ class: record.spec.class, request, startedMs, ...(allocation ? { allocation } : {}) })
  }
  const line: Work[] = []
  for (const { item } of waiting) {
    if (line.length === limit) break
    line.push({ class: item.record.spec.class, request: item.request, startedMs: item.startedMs })
  }
  return [...begun, ...line]
}
