import type { RunLimits } from './run-limits.ts'
import { type SessionUse, sessionUses } from './session-use.ts'

/** How often it looks at least, and the longest pause between two looks. */
const pauseMsMin = 250
const pauseMsMax = 5000
/** It sleeps so many times as long as a look took, so it costs at most a twentieth of one CPU. */
const restFactor = 20

/** A run whose limits the kernel does not keep. */
export interface WatchedRun {
  pid: number
  limits: RunLimits
  /** what it has now */
  seen(use: SessionUse): void
  /** it is over a limit: it must be killed */
  over(limit: 'memory' | 'processes'): void
}

/** Where there are no cgroups: looks at what the runs have, and tells who has more than its limit. */
export class Watchdog {
  #nextAt = 0

  /** Looks when that is due. `now` in monotonic ms. */
  look(runs: readonly WatchedRun[], now: number): void {
    if (runs.length === 0 || now < this.#nextAt) return
    const began = performance.now()
    const uses = sessionUses(new Set(runs.map(({ pid }) => pid)))
    const tookMs = performance.now() - began
    this.#nextAt = now + Math.min(pauseMsMax, Math.max(pauseMsMin, tookMs * restFactor))
    for (const run of runs) {
      const use = uses.get(run.pid)
      if (!use) continue
      run.seen(use)
      const limit = overLimit(run.limits, use)
      if (limit) run.over(limit)
    }
  }
}

/** The limit that this use is over. */
export function overLimit(limits: RunLimits, use: SessionUse): 'memory' | 'processes' | undefined {
  if (limits.memoryBytes > 0 && use.memoryBytes > limits.memoryBytes) return 'memory'
  if (limits.processes > 0 && use.processes > limits.processes) return 'processes'
  return undefined
}
