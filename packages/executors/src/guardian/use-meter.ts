import type { RunUse } from './frames.ts'
import type { RunCgroup } from './run-cgroup.ts'

/** What a run uses is told this often: often enough for an audit every ten seconds. */
const pauseMs = 2000

/** Measures one run from time to time. */
export class UseMeter {
  #nextAt: number
  #lastAt: number
  #lastCpuMs: number

  /** @param cpuMs CPU time that counts for nobody, so far */
  constructor(now: number, cpuMs = 0) {
    this.#lastCpuMs = cpuMs
    this.#lastAt = now
    this.#nextAt = now + pauseMs
  }

  /** What it uses, when that is due. `seenBytes`: what the watchdog saw, where there is no cgroup; 0 = nothing yet. */
  read(cgroup: RunCgroup | undefined, seenBytes: number, now: number): RunUse | undefined {
    if (now < this.#nextAt) return undefined
    this.#nextAt = now + pauseMs
    const memoryBytes = cgroup?.memoryBytes ?? (seenBytes > 0 ? seenBytes : undefined)
    const cpuMs = cgroup?.cpuMs
    const use: RunUse = memoryBytes === undefined ? {} : { memoryBytes }
    if (cpuMs !== undefined) use.cpuMilli = Math.round(((cpuMs - this.#lastCpuMs) / (now - this.#lastAt)) * 1000)
    this.#lastAt = now
    this.#lastCpuMs = cpuMs ?? 0
    return use
  }
}
