import { performance } from 'node:perf_hooks'
import type { Clock } from './ports.ts'

/** setTimeout's own limit; a longer wait is cut to it and armed again by whoever asked. */
const timerMsMax = 2 ** 31 - 1

/** The real clock. */
export class SystemClock implements Clock {
  now(): number {
    return performance.now()
  }

  wall(): number {
    return Date.now()
  }

  after(ms: number, callback: () => void): () => void {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), timerMsMax))
    return () => clearTimeout(timer)
  }
}
