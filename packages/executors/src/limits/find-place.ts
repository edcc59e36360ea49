import { createHash } from 'node:crypto'
import type { CgroupPlace } from '../guardian/run-limits.ts'
import { joinProblem } from './join-problem.ts'
import type { Hierarchy } from './parents.ts'
import { findV1Parents } from './v1-parents.ts'
import { findV2Parent } from './v2-parent.ts'

export interface FoundPlace {
  place: CgroupPlace | undefined
  /** why there is none, or not for every limit */
  reason: string
}

/**
 * The best place for the cgroups of runs: v2 where the peer may make them, else v1, and proved by a process that joins
 * one. Makes this peer's own folders, and moves the peer into a leaf of its own cgroup where v2 needs that.
 */
export async function findPlace(hierarchies: readonly Hierarchy[], dataFolder: string): Promise<FoundPlace> {
  if (hierarchies.length === 0) return { place: undefined, reason: 'no cgroups are mounted here' }
  const name = placeName(dataFolder)
  const reasons: string[] = []
  for (const find of [findV2Parent, findV1Parents]) {
    const { parents, version, reason } = find(hierarchies, name)
    if (reason !== '') reasons.push(reason)
    if (parents.length === 0) continue
    const place = { version, parents }
    const problem = await joinProblem(place)
    if (problem === undefined) return { place, reason: reasons.join('; ') }
    reasons.push(problem)
  }
  return { place: undefined, reason: reasons.join('; ') }
}

/** One for each data folder, so that a later life of the same peer finds what an earlier one has left. */
function placeName(dataFolder: string): string {
  return `souk-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`
}
