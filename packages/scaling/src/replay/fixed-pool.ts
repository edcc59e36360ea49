import { Ends } from './ends.ts'
import type { TaskTimes } from './task-times.ts'

/** A pool that never changes: tasks wait in a row for the next worker. */
export interface FixedPool {
  workers: number
  /** worker-milliseconds */
  heldMs: number
  p95WaitMs: number
}

/** A pool of so many workers as `share` of the time were enough, had all tasks begun as they came; at least one. */
export function fixedPool(tasks: TaskTimes, share: number): FixedPool {
  const workers = Math.max(1, enoughFor(tasks, share))
  const free = new Ends()
  for (let i = 0; i < workers; i++) free.add(0)
  const waits = Float64Array.from(tasks.at, (at, i) => {
    const begins = Math.max(at, free.take())
    free.add(begins + tasks.ms[i]!)
    return begins - at
  }).sort()
  return { workers, heldMs: workers * tasks.endMs, p95WaitMs: waits[Math.floor(0.95 * waits.length)] ?? 0 }
}

/** So many, or fewer, would have run at once in that share of the time. */
export function enoughFor(tasks: TaskTimes, share: number): number {
  const lastedMs = timeAtEach(tasks)
  let left = share * tasks.endMs
  for (const [running, ms] of lastedMs.entries()) {
    left -= ms
    if (left <= 0) return running
  }
  return Math.max(0, lastedMs.length - 1)
}

/** How long so many ran at once, by their number. */
function timeAtEach({ at, ms, endMs }: TaskTimes): number[] {
  const ends = new Ends()
  const lasted: number[] = [0]
  let now = 0
  let running = 0
  const pass = (to: number): void => {
    lasted[running] = (lasted[running] ?? 0) + Math.max(0, to - now)
    now = Math.max(now, to)
  }
  const endUntil = (to: number): void => {
    while (ends.earliest <= to) {
      pass(ends.take())
      running--
    }
    pass(to)
  }
  for (let i = 0; i < at.length; i++) {
    endUntil(at[i]!)
    ends.add(at[i]! + ms[i]!)
    running++
    lasted[running] ??= 0
  }
  endUntil(endMs)
  return lasted
}
