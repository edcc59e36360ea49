import { mkdirSync } from 'node:fs'
import { type CgroupPlace, type Controller, usedControllers } from '../guardian/run-limits.ts'

/** A cgroup hierarchy of this host, as the inventory finds it. */
export interface Hierarchy {
  version: 1 | 2
  /** of v1 only */
  controllers: string[]
  /** from the mount down to this process's own cgroup */
  folders: string[]
}

/** What was found of one version. */
export interface Parents {
  version: CgroupPlace['version']
  parents: CgroupPlace['parents']
  /** why there are none, or not for every limit; else '' */
  reason: string
}

/** Of these controllers the ones that are used. */
export function usedOf(controllers: readonly string[]): Controller[] {
  return usedControllers.filter((one) => controllers.includes(one))
}

/** Makes a cgroup that may be there already; the code of the error where it cannot be made. */
export function makeCgroup(folder: string): string | undefined {
  try {
    mkdirSync(folder)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EEXIST' ? undefined : (code ?? 'unknown')
  }
}
