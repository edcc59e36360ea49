import { type CgroupPlace, type Controller, controls } from '../guardian/run-limits.ts'

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

/** What is in force with this place, or without one. `watched`: the watchdog works here (Linux). */
export function limitsInForce(place: CgroupPlace | undefined, watched: boolean, reason: string): LimitsInForce {
  const kernel: LimitKeeper = place?.version === 2 ? 'cgroup-v2' : 'cgroup-v1'
  const keeper = (controller: Controller, otherwise: LimitKeeper) => (controls(place, controller) ? kernel : otherwise)
  const otherwise = watched ? 'watchdog' : 'nothing'
  const kept = {
    memory: keeper('memory', otherwise),
    cpu: keeper('cpu', 'nothing'),
    processes: keeper('pids', otherwise),
  }
  const whole = Object.values(kept).every((one) => one === kernel)
  return { ...kept, folders: place?.parents.map(({ folder }) => folder) ?? [], reason: whole ? '' : reason }
}
