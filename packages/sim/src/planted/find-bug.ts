import { peerSubject } from '../peer-subject.ts'
import { profileOf } from '../profiles.ts'
import { simulate } from '../simulate.ts'
import type { Violation } from '../violation.ts'
import { plant } from './plant.ts'
import type { PlantedBug } from './planted-bug.ts'

/** A bug that was not found in so many seeds counts as missed. */
export const seedsMax = 500

/** The seed that shows a bug, and how. */
export interface Finding {
  seed: number
  violation: Violation
}

/** What a run with the bug shows of what it is known to break; `without`: the same run of sound peers, which shows nothing. */
export function tryBug(bug: PlantedBug, seed: number, without = false): Violation | undefined {
  const { profile, peers, tasks } = bug.where
  const subject = without ? peerSubject() : plant(bug, peerSubject())
  const { violations } = simulate({ seed, peers, tasks, profile: profileOf(profile)!, subject })
  return without ? violations[0] : violations.find(({ invariant }) => bug.breaks.includes(invariant))
}

/** The first seed that shows it, and nothing without it. */
export function findBug(bug: PlantedBug, first = 1): Finding | undefined {
  for (let seed = first; seed < first + seedsMax; seed++) {
    const violation = tryBug(bug, seed)
    if (violation !== undefined && tryBug(bug, seed, true) === undefined) return { seed, violation }
  }
  return undefined
}
