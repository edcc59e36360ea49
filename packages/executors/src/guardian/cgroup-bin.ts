import { cgroupsIn, emptyCgroup, removeCgroup } from './cgroup-folder.ts'
import type { RunCgroup } from './run-cgroup.ts'
import type { CgroupPlace } from './run-limits.ts'

/** A process that has just exited may hold its cgroup for a moment. */
const retryMs = 50
/** So often a cgroup is tried before it is left to the next start. */
const triesMax = 100

/** Cgroups of ended runs that could not be removed at once. */
export class CgroupBin {
  readonly #left = new Map<RunCgroup, number>()
  #timer: NodeJS.Timeout | undefined

  /** Removes it, now or soon. */
  drop(cgroup: RunCgroup): void {
    if (cgroup.remove()) return
    this.#left.set(cgroup, triesMax)
    this.#timer ??= setInterval(() => this.#again(), retryMs).unref()
  }

  #again(): void {
    for (const [cgroup, tries] of this.#left) {
      if (cgroup.remove() || tries === 1) this.#left.delete(cgroup)
      else this.#left.set(cgroup, tries - 1)
    }
    if (this.#left.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/**
 * Kills what is left in this peer's own cgroups whose names begin with `prefix`, and removes them. Nothing outside of
 * the place is touched. Never rejects; what hangs in the kernel stays.
 */
export async function removeRunCgroups(place: CgroupPlace, prefix: string): Promise<void> {
  const folders = place.parents.flatMap(({ folder }) => cgroupsIn(folder, prefix).map((name) => `${folder}/${name}`))
  await Promise.all(
    folders.map(async (folder) => {
      if (!(await emptyCgroup(folder))) return
      for (let tries = 0; tries < triesMax && !removeCgroup(folder); tries++) {
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }),
  )
}
