import type { ClassWaits } from '@souk/client'
import { isWaiting, type SeenTask } from './seen-task.ts'

const classesMax = 64

/** How long tasks of each class waited until they began, and how long those wait that have not; most tasks first. */
export function waitsOf(tasks: readonly SeenTask[], nowMs: number): ClassWaits[] {
  const byClass = new Map<string, { began: number[]; waiting: number[] }>()
  for (const task of tasks) {
    const waited = waitedMs(task)
    if (waited === undefined && !isWaiting(task)) continue
    let waits = byClass.get(task.class)
    if (!waits) {
      waits = { began: [], waiting: [] }
      byClass.set(task.class, waits)
    }
    if (isWaiting(task)) waits.waiting.push(Math.max(0, nowMs - task.submittedWallMs))
    else if (waited !== undefined) waits.began.push(waited)
  }
  return [...byClass]
    .sort(([a, x], [b, y]) => sizeOf(y) - sizeOf(x) || (a < b ? -1 : 1))
    .slice(0, classesMax)
    .map(([name, { began, waiting }]) => ({
      class: name,
      began: began.length,
      p50Ms: quantile(began, 0.5),
      p95Ms: quantile(began, 0.95),
      waiting: waiting.length,
      longestMs: waiting.reduce((most, ms) => Math.max(most, ms), 0),
    }))
}

const sizeOf = ({ began, waiting }: { began: number[]; waiting: number[] }): number => began.length + waiting.length

function waitedMs({ startedWallMs, submittedWallMs }: SeenTask): number | undefined {
  return startedWallMs === undefined ? undefined : Math.max(0, startedWallMs - submittedWallMs)
}

/** By nearest rank: a value that was seen. 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0
}
