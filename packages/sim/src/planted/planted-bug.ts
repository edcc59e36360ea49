import type { Millis } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { PeerId } from '@souk/wire'

/** One life of a peer at one moment, for whoever tampers with it. */
export interface Moment {
  readonly self: PeerId
  readonly now: Millis
  /** the machine hears this right after what it is hearing now */
  hear(input: PeerInput): void
  /** the driver is told this in the machine's name */
  say(effect: PeerEffect): void
}

/** Stands between a peer and its driver, and changes what goes in and what comes out: nothing else of it is touched. */
export interface Tamper {
  /** what the machine hears instead */
  hear?(input: PeerInput, moment: Moment): PeerInput[]
  /** what the driver is told instead */
  act?(effect: PeerEffect, moment: Moment): PeerEffect[]
}

/** A run in which the bug is looked for. */
export interface PlantedWhere {
  profile: string
  peers: number
  tasks: number
}

/** A known mistake, made on purpose, that the checkers must find. */
export interface PlantedBug {
  name: string
  /** the rule that it breaks, in a line */
  about: string
  /** one of these is reported */
  breaks: readonly string[]
  where: PlantedWhere
  /** called for every life of every peer; what should outlive one is kept by whoever calls `plant` anew for a run */
  tamper(): Tamper
}

export const crashing: PlantedWhere = { profile: 'crashes', peers: 5, tasks: 100 }
export const cutting: PlantedWhere = { profile: 'partitions', peers: 5, tasks: 100 }
export const losing: PlantedWhere = { profile: 'lossy', peers: 5, tasks: 100 }
export const anything: PlantedWhere = { profile: 'swarm', peers: 5, tasks: 100 }
export const nothing: PlantedWhere = { profile: 'calm', peers: 5, tasks: 60 }
