import type { Machine, Millis, Prng } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { Ballot, Certificate, LoadStamp, PeerId, TaskId } from '@souk/wire'

/** A peer as the driver sees it: the machine, and the stamp it puts on each frame. */
export interface SimPeer extends Machine<PeerInput, PeerEffect> {
  loadStamp(): LoadStamp
  /** when this run has to stop unless its lease is confirmed before; undefined: it does not run here by this ballot */
  runsUntilMs?(task: TaskId, ballot: Ballot): Millis | undefined
  /** nothing runs or waits to run here: a peer that is told to leave may stop */
  readonly quiet?: boolean
  /** the members that one who joins through it is told of */
  introductions?(): readonly Certificate[]
}

/** What is simulated: how to make one peer, and how to read its roster out of a snapshot. */
export interface Subject {
  makePeer(self: PeerId, prng: Prng): SimPeer
  /** who this peer holds for alive, as (id, what it knows of it); only called at the end of a run */
  rosterOf(snapshot: unknown): Map<PeerId, string>
  /** the newest life of that peer that this one remembers */
  lifeOf?(snapshot: unknown, peer: PeerId): number | undefined
  /** what must be nothing once all work has ended, by name; `excused`: this task need not end everywhere */
  leftoversOf?(snapshot: unknown, excused: (task: TaskId) => boolean): Record<string, number>
}
