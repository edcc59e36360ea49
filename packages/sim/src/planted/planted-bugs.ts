import { ballotBugs } from './ballot-bugs.ts'
import { batonBugs } from './baton-bugs.ts'
import { bidBugs } from './bid-bugs.ts'
import { dependencyBugs } from './dependency-bugs.ts'
import { diskBugs } from './disk-bugs.ts'
import { gangBugs } from './gang-bugs.ts'
import { hostBugs } from './host-bugs.ts'
import { leaseBugs } from './lease-bugs.ts'
import type { PlantedBug } from './planted-bug.ts'
import { quorumBugs } from './quorum-bugs.ts'
import { rosterBugs } from './roster-bugs.ts'
import { successionBugs } from './succession-bugs.ts'

/** Every mistake that the simulator has been shown to find, by what it is made in. */
export const plantedBugs: readonly PlantedBug[] = [
  ...diskBugs,
  ...batonBugs,
  ...ballotBugs,
  ...quorumBugs,
  ...successionBugs,
  ...leaseBugs,
  ...dependencyBugs,
  ...gangBugs,
  ...hostBugs,
  ...bidBugs,
  ...rosterBugs,
]
