import { BoundedMap, fitsClass } from '@souk/kernel'
import type { RunLimits } from '../guardian/run-limits.ts'
import { runLimits, type TaskLimits } from './task-limits.ts'

/** Classes whose tasks are remembered; the one that is longest without a task goes. */
const classesMax = 256

type Asked = Parameters<typeof runLimits>[0]

/** What the owner says of processes that have no task yet. Whatever is not said is as the tasks of the class ask. */
export interface WarmLimit extends Partial<RunLimits> {
  /** a class, or its beginning and `*`; the first that fits counts */
  pattern: string
}

/**
 * The limits of a process that stands warm, before it has its task: nobody has asked for what it takes, so it is never
 * without any of memory. They are what is declared for its class, else the most that tasks of the class have asked for in
 * this life, else the host's own.
 */
export class WarmLimits {
  readonly #declared: readonly WarmLimit[]
  readonly #memoryBytesDefault: number
  readonly #limits: TaskLimits
  readonly #asked = new BoundedMap<string, RunLimits>(classesMax)

  /** @param memoryBytesDefault where neither its class nor the owner says anything; more than 0 */
  constructor(declared: readonly WarmLimit[], memoryBytesDefault: number, limits: TaskLimits) {
    this.#declared = declared
    this.#memoryBytesDefault = memoryBytesDefault
    this.#limits = limits
  }

  /** A task of this class asks for so much. */
  note(name: string, request: Asked): void {
    const before = this.#asked.get(name)
    const limits = runLimits(request, this.#limits)
    this.#asked.push(name, before ? mostOf(before, limits) : limits)
  }

  of(name: string): RunLimits {
    const declared = this.#declared.find(({ pattern }) => fitsClass(pattern, name))
    const asked = this.#asked.get(name) ?? runLimits({ cpuMilli: 0, memoryBytes: 0 }, this.#limits)
    return {
      memoryBytes: declared?.memoryBytes ?? (asked.memoryBytes || this.#memoryBytesDefault),
      cpuMilli: declared?.cpuMilli ?? asked.cpuMilli,
      processes: declared?.processes ?? asked.processes,
    }
  }
}

function mostOf(a: RunLimits, b: RunLimits): RunLimits {
  return {
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    cpuMilli: Math.max(a.cpuMilli, b.cpuMilli),
    processes: Math.max(a.processes, b.processes),
  }
}
