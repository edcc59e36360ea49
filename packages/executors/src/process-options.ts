import { resolve } from 'node:path'
import type { BlobAccess } from '@souk/runtime'
import type { PeerId } from '@souk/wire'
import type { Hierarchy } from './limits/parents.ts'
import { defaultTaskLimits, type TaskLimits } from './limits/task-limits.ts'
import type { WarmLimit } from './limits/warm-limits.ts'
import { defaultScripts, type Scripts } from './scripts.ts'
import type { WarmCommand } from './warm-processes.ts'

/** What both executors need of their peer. */
export interface ExecutorOptions {
  self: PeerId
  /** SOUK_HOST */
  hostName: string
  /** this peer's data folder; the executors use `work`, `spool`, `guardian` and `modules` in it */
  dataFolder: string
  blobs: BlobAccess
  /** false: members may not use this executor here; every order is refused with `executor-not-allowed` */
  allowed: boolean
  /** the environment that every task starts from: PATH and LANG, and never a secret */
  environment: Record<string, string>
  scripts: Scripts
  /** all output files of one run together; what is over is left out and fails the run */
  outputFilesBytesMax: number
}

export interface ProcessOptions extends ExecutorOptions {
  /** SIGTERM to SIGKILL at a cancel, timeout or shutdown; a fenced run gets SIGKILL at once */
  stopGraceMs: number
  /** an unused guardian ends after so long, which frees about 45 MB */
  guardianIdleMs: number
  /** keep each run's folder, to look into it */
  keepFolders: boolean
  /** cgroup hierarchies of this host; none: limits are only watched */
  cgroups: readonly Hierarchy[]
  limits: TaskLimits
  /** commands that can stand warm, by class */
  warmCommands: readonly WarmCommand[]
  /** that stand warm at once */
  warmProcessesMax: number
  /** a warm process that nobody asks for again ends after so long; less than three buckets of demand would be restless */
  warmKeepMs: number
  /** a command that has not said by then that it is ready never will */
  warmReadyMsMax: number
  /** what they may have before they have a task, by class; else the most that tasks of the class have asked for */
  warmLimits: readonly WarmLimit[]
  /** of memory, where neither that nor any task of the class says; more than 0 */
  warmMemoryBytesDefault: number
}

export type Partly<T, Required extends keyof T> = Partial<T> & Pick<T, Required>

const sharedDefaults = {
  allowed: true,
  environment: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
  outputFilesBytesMax: 4 * 1024 ** 3,
}

/** Fills in the defaults of what both share. */
export function executorOptions<T extends Partly<ExecutorOptions, 'self' | 'dataFolder' | 'blobs'>>(options: T) {
  const dataFolder = resolve(options.dataFolder)
  return { ...sharedDefaults, hostName: options.self, scripts: defaultScripts(), ...options, dataFolder }
}

export function processOptions(options: Partly<ProcessOptions, 'self' | 'dataFolder' | 'blobs'>): ProcessOptions {
  return {
    stopGraceMs: 2000,
    guardianIdleMs: 60_000,
    keepFolders: false,
    cgroups: [],
    limits: defaultTaskLimits,
    warmCommands: [],
    warmProcessesMax: 64,
    warmKeepMs: 30_000,
    warmReadyMsMax: 60_000,
    warmLimits: [],
    warmMemoryBytesDefault: 2 * 2 ** 30,
    ...executorOptions(options),
  }
}
