import { type CgroupPlace, type Controller, controls } from '../guardian/run-limits.ts'
import type { TaskLimits } from './task-limits.ts'

/** Who sees to a limit. */
export type LimitKeeper = 'cgroup-v2' | 'cgroup-v1' | 'watchdog' | 'nothing'

/** What is enforced of the limits of commands on this host, and by whom. */
export interface LimitsInForce {
  memory: LimitKeeper
  /** a quota of each 100 ms; a watchdog could only kill, so there it is not enforced */
  cpu: LimitKeeper
  processes: LimitKeeper
  /** the cgroups of runs are below these folders */
  folders: string[]
  /** why it is not more than that; '' where the kernel keeps all of them */
  reason: string
}

/** How limits can be kept here. */
export interface LimitMeans {
  place: CgroupPlace | undefined
  /** why there is no place, or not for every limit */
  reason: string
  /** the watchdog works here (Linux) */
  watched: boolean
}

/** What is in force with these means. */
export function limitsInForce({ place, reason, watched }: LimitMeans, limits: TaskLimits): LimitsInForce {
  const kernel: LimitKeeper = place?.version === 2 ? 'cgroup-v2' : 'cgroup-v1'
  const keeper = (controller: Controller, otherwise: LimitKeeper) => (controls(place, controller) ? kernel : otherwise)
  const otherwise = watched ? 'watchdog' : 'nothing'
  const kept = {
    memory: keeper('memory', otherwise),
    cpu: keeper('cpu', 'nothing'),
    processes: keeper('pids', otherwise),
  }
  const folders = place?.parents.map(({ folder }) => folder) ?? []
  const reasons = Object.values(kept).every((one) => one === kernel) ? [] : [reason]
  if (!limits.cpuQuota) reasons.push('the owner lets commands use idle CPUs')
  if (limits.processesMax === 0) reasons.push('the owner sets no limit of processes')
  return {
    memory: kept.memory,
    cpu: limits.cpuQuota ? kept.cpu : 'nothing',
    processes: limits.processesMax > 0 ? kept.processes : 'nothing',
    folders,
    reason: reasons.join('; '),
  }
}
