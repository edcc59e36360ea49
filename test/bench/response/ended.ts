import type { Start } from './baselines.ts'
import { type Load, slotsPerHost, type Task } from './load.ts'

/** A task that has ended. */
export interface Ended extends Start {
  task: Task
  endMs: number
  /** when its client heard of it */
  heardMs: number
}

/** In the baselines a client hears of the end as it comes: nothing but the way there is counted. */
export function ended(tasks: readonly Task[], starts: readonly Start[]): Ended[] {
  return starts.map((start, i) => {
    const endMs = start.startMs + tasks[i]!.ms
    return { ...start, task: tasks[i]!, endMs, heardMs: endMs }
  })
}

/** Busy slot time in the time measured, of that of so many hosts; percent. `beganMs`: when the first task came. */
export function busyPctOf({ warmUpMs, spanMs }: Load, all: readonly Ended[], hosts: number, beganMs: number): number {
  const fromMs = beganMs + warmUpMs
  const untilMs = fromMs + spanMs
  const busy = all.reduce((sum, { startMs, endMs, task }) => {
    return sum + task.slots * Math.max(0, Math.min(endMs, untilMs) - Math.max(startMs, fromMs))
  }, 0)
  return (100 * busy) / (hosts * slotsPerHost * spanMs)
}

export const meanOf = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length
