/** What one run may use at most. 0 = no limit. */
export interface RunLimits {
  memoryBytes: number
  /** thousandths of a CPU, as a quota: so much of each 100 ms */
  cpuMilli: number
  /** processes and threads at once */
  processes: number
}

/** Controllers that are used, where a hierarchy has them. cpuacct only measures (v1). */
export const usedControllers = ['cpu', 'cpuacct', 'pids', 'memory'] as const
export type Controller = (typeof usedControllers)[number]

/** Where runs get cgroups of their own: plain data, since it goes to the guardian as an argument. */
export interface CgroupPlace {
  version: 1 | 2
  /** folders of this peer alone, one for each hierarchy; each run gets one of its own in every one of them */
  parents: { folder: string; controllers: Controller[] }[]
}

/** Whether this place limits that resource. */
export function controls(place: CgroupPlace | undefined, controller: Controller): boolean {
  return place?.parents.some(({ controllers }) => controllers.includes(controller)) ?? false
}

/** What the names of the cgroups of one guardian's runs begin with. */
export function cgroupPrefix(guardianPid: number): string {
  return `g${guardianPid}-`
}
