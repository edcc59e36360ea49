import type { TraceEvent } from './trace-event.ts'

/** Like events in a row: the newest of them, and how many they are. */
export interface EventRun {
  event: TraceEvent
  count: number
}

const alike = (a: TraceEvent, b: TraceEvent): boolean =>
  a.type === b.type && a.by === b.by && a.task === b.task && a.peer === b.peer && a.to === b.to && a.code === b.code

/** Newest first, with what says the same again and again on one line: a peer that looks for room does so each second. */
export function runsOf(newestFirst: readonly TraceEvent[]): EventRun[] {
  const runs: EventRun[] = []
  for (const event of newestFirst) {
    const last = runs.at(-1)
    if (last !== undefined && alike(last.event, event)) last.count++
    else runs.push({ event, count: 1 })
  }
  return runs
}
