import type { Allocation, Millis, ResourceRequest } from '@souk/kernel'
import { type TaskRecord, type Ties, tiesOf } from '@souk/wire'
import type { Holdings } from './holdings.ts'
import { type Run, waits } from './run.ts'

/** A task that runs here, with what it was given, or waits here, without. */
export interface Work {
  class: string
  tenant: string
  ties: Ties
  /** which of what it asks for that is */
  alternative: number
  request: ResourceRequest
  startedMs: Millis
  /** its timeout ends it then; absent: it has none */
  untilMs?: Millis
  allocation?: Allocation
}

/** What runs in the order it began, then what waits in the order given; at most `limit` of each. */
export function workOf(
  { runs, waiting, holdings }: { runs: Iterable<Run>; waiting: Iterable<Run>; holdings: Holdings },
  limit: number,
): Work[] {
  const begun: Work[] = []
  for (const { task, phase, record, alternative, request, startedMs } of runs) {
    if (begun.length === limit) break
    if (waits({ phase })) continue
    const allocation = holdings.held(task)
    const { timeoutMs } = record.spec
    begun.push({
      ...{ ...about(record), alternative, request, startedMs },
      ...(timeoutMs > 0 ? { untilMs: startedMs + timeoutMs } : {}),
      ...(allocation ? { allocation } : {}),
    })
  }
  const line: Work[] = []
  for (const item of waiting) {
    if (line.length === limit) break
    const { record, alternative, request, startedMs } = item
    line.push({ ...about(record), alternative, request, startedMs })
  }
  return [...begun, ...line]
}

function about({ spec }: TaskRecord): Pick<Work, 'class' | 'tenant' | 'ties'> {
  return { class: spec.class, tenant: spec.tenant, ties: tiesOf(spec) ?? {} }
}
