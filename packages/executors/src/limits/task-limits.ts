import type { ResourceRequest } from '@souk/kernel'
import type { RunLimits } from '../guardian/run-limits.ts'

/** What a host makes of the requests of commands. */
export interface TaskLimits {
  /** of a command that asks for no memory; 0 = no limit, as it asked for none */
  memoryBytesDefault: number
  /** processes and threads of one command; a bomb of forks ends there. Too low breaks honest builds; 0 = no limit */
  processesMax: number
  /** false: a command may use every CPU that is idle, whatever it asked for */
  cpuQuota: boolean
}

export const defaultTaskLimits: TaskLimits = { memoryBytesDefault: 0, processesMax: 4096, cpuQuota: true }

/** The limits of one command. What it does not ask for has none but the defaults. */
export function runLimits(
  { cpuMilli, memoryBytes }: Pick<ResourceRequest, 'cpuMilli' | 'memoryBytes'>,
  limits: TaskLimits,
): RunLimits {
  return {
    memoryBytes: memoryBytes > 0 ? memoryBytes : limits.memoryBytesDefault,
    cpuMilli: limits.cpuQuota ? cpuMilli : 0,
    processes: limits.processesMax,
  }
}
