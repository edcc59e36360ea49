import { mkdirSync } from 'node:fs'
import { emptyCgroup, readField, readNumber, removeCgroup, writeValue } from './cgroup-folder.ts'
import type { CgroupPlace, Controller, RunLimits } from './run-limits.ts'

/** Of each such period a run gets its share of CPU time. The kernel's default; shorter costs more switches. */
const periodMicros = 100_000
/** the least quota that the kernel takes */
const quotaMicrosMin = 1000

/** The cgroup of one run, in one hierarchy (v2) or in several (v1). Nothing here waits, but for `empty`. */
export class RunCgroup {
  readonly #version: 1 | 2
  readonly #folders: string[] = []
  readonly #byController = new Map<Controller, string>()
  #limits: RunLimits = { memoryBytes: 0, cpuMilli: 0, processes: 0 }

  /**
   * Makes it, with its limits. Throws, and leaves nothing behind, where the kernel refuses.
   * @param name unique under the place; letters, digits and dashes
   */
  constructor(place: CgroupPlace, name: string, limits: RunLimits) {
    this.#version = place.version
    try {
      for (const { folder, controllers } of place.parents) {
        const own = `${folder}/${name}`
        mkdirSync(own)
        this.#folders.push(own)
        for (const controller of controllers) this.#byController.set(controller, own)
      }
      this.limit(limits)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  /**
   * Files that a process of one thread writes 0 to, in this order, to be in it. A thread that moves itself (v1) takes no
   * lock of the whole system; `cgroup.procs` does, which costs about 10 ms where nobody took it of late (v2 has no other way).
   */
  get joinFiles(): string[] {
    const file = this.#version === 1 ? 'tasks' : 'cgroup.procs'
    return this.#folders.map((folder) => `${folder}/${file}`)
  }

  has(controller: Controller): boolean {
    return this.#byController.has(controller)
  }

  /** Processes of it that were killed for want of memory. */
  get oomKills(): number {
    const folder = this.#byController.get('memory')
    if (folder === undefined) return 0
    return readField(folder, this.#version === 2 ? 'memory.events' : 'memory.oom_control', 'oom_kill')
  }

  /** How often it could not start another process. */
  get forksRefused(): number {
    const folder = this.#byController.get('pids')
    return folder === undefined ? 0 : readField(folder, 'pids.events', 'max')
  }

  /** The most memory it ever had, with the page cache of files it read; undefined where the kernel does not tell. */
  get memoryPeakBytes(): number | undefined {
    const folder = this.#byController.get('memory')
    if (folder === undefined) return undefined
    return readNumber(folder, this.#version === 2 ? 'memory.peak' : 'memory.max_usage_in_bytes')
  }

  /** What it has now, likewise. */
  get memoryBytes(): number | undefined {
    const folder = this.#byController.get('memory')
    if (folder === undefined) return undefined
    return readNumber(folder, this.#version === 2 ? 'memory.current' : 'memory.usage_in_bytes')
  }

  /** CPU time of all that was ever in it; undefined where the kernel does not tell. */
  get cpuMs(): number | undefined {
    if (this.#version === 2) {
      const folder = this.#byController.get('cpu')
      return folder === undefined ? undefined : Math.round(readField(folder, 'cpu.stat', 'usage_usec') / 1000)
    }
    const folder = this.#byController.get('cpuacct')
    const nanos = folder === undefined ? undefined : readNumber(folder, 'cpuacct.usage')
    return nanos === undefined ? undefined : Math.round(nanos / 1e6)
  }

  /**
   * Sets its limits, from here on, in place of those it had. Throws where the kernel refuses, or where it has more memory
   * already or was killed for it just now; then some of them may be set.
   */
  limit(limits: RunLimits): void {
    const before = this.#limits
    const folder = (controller: Controller) => this.#byController.get(controller)
    const [cpu, pids, memory] = [folder('cpu'), folder('pids'), folder('memory')]
    if (memory !== undefined && limits.memoryBytes !== before.memoryBytes) {
      this.#limitMemory(memory, limits.memoryBytes, before.memoryBytes)
    }
    if (cpu !== undefined && limits.cpuMilli !== before.cpuMilli) this.#limitCpu(cpu, limits.cpuMilli)
    if (pids !== undefined && limits.processes !== before.processes) {
      writeValue(pids, 'pids.max', limits.processes || 'max')
    }
    if (this.oomKills > 0) throw new Error('it was killed for want of memory')
    this.#limits = limits
  }

  /** Kills whatever is in it, whichever group or session it moved to; false: something hangs in the kernel. */
  async empty(): Promise<boolean> {
    // Each of its folders holds the same processes.
    return await emptyCgroup(this.#folders[0]!)
  }

  /** False: something of it could not be removed yet. */
  remove(): boolean {
    return this.#folders.map(removeCgroup).every(Boolean)
  }

  #limitCpu(folder: string, cpuMilli: number): void {
    const quota = Math.max(quotaMicrosMin, Math.round((cpuMilli / 1000) * periodMicros))
    if (this.#version === 2) writeValue(folder, 'cpu.max', `${cpuMilli > 0 ? quota : 'max'} ${periodMicros}`)
    else {
      writeValue(folder, 'cpu.cfs_period_us', periodMicros)
      writeValue(folder, 'cpu.cfs_quota_us', cpuMilli > 0 ? quota : -1)
    }
  }

  /** No swap: a task that swaps slows the whole host down, and its limit would mean nothing. */
  #limitMemory(folder: string, memoryBytes: number, before: number): void {
    if (this.#version === 2) {
      // First: what it is about to lose would go there, and stay.
      if (readNumber(folder, 'memory.swap.current') !== undefined) writeValue(folder, 'memory.swap.max', 0)
      const release = memoryBytes > 0 ? squeeze(folder, memoryBytes) : undefined
      try {
        writeValue(folder, 'memory.max', memoryBytes || 'max')
      } finally {
        release?.()
      }
      // All of the run or nothing: half of one is no use to anybody.
      if (readNumber(folder, 'memory.oom.group') !== undefined) writeValue(folder, 'memory.oom.group', 1)
      return
    }
    const files = ['memory.limit_in_bytes']
    if (readNumber(folder, 'memory.memsw.limit_in_bytes') !== undefined) files.push('memory.memsw.limit_in_bytes')
    // With swap it may never have less than without: so that is first where it gets more, and last where it gets less.
    const gets = memoryBytes || Number.POSITIVE_INFINITY
    if (gets > (before || Number.POSITIVE_INFINITY)) files.reverse()
    for (const file of files) writeValue(folder, file, memoryBytes || -1)
  }
}

/**
 * Makes a cgroup (v2) fit a limit that it is about to get: over its memory.max it would be killed at once. The kernel takes
 * from it what it can, such as files that were read, and kills nothing for memory.high, which also keeps it from growing
 * meanwhile. Throws where it still has more; else the caller lets go of it once the limit stands.
 */
function squeeze(folder: string, memoryBytes: number): (() => void) | undefined {
  const has = (): number => readNumber(folder, 'memory.current') ?? 0
  if (has() <= memoryBytes) return undefined
  const release = (): void => writeValue(folder, 'memory.high', 'max')
  try {
    writeValue(folder, 'memory.high', memoryBytes)
    const taken = has()
    if (taken > memoryBytes) throw new Error(`it has ${taken} bytes already`)
  } catch (error) {
    release()
    throw error
  }
  return release
}
