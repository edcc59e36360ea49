import type { Millis } from '@souk/kernel'
import type { Bearer, PeerId } from '@souk/wire'
import type { Keeper } from './rendezvous.ts'

/** What custody must know of the mesh; `peer` supplies it from the roster. */
export interface MeshView {
  /** rises with every change of what follows */
  readonly version: number
  /** members whose certificates stand and that have not left, whatever their role, this one included */
  readonly members: number
  /** the members that keep custody */
  keepers(): readonly Keeper[]
  /** whether the peer can be reached, and was heard from of late */
  fresh(peer: PeerId): boolean
  /** whether the peer empties itself (drain); this one may be meant. As custodian it recovers tasks only after all others */
  drains(peer: PeerId): boolean
  /** whether a link to the peer is open, and it is not known to be gone: it may be slow, but a message may well arrive */
  linked(peer: PeerId): boolean
  /** whether this very life of the peer can be reached: then it has not vanished, whatever else is wrong */
  lives(bearer: Bearer): boolean
  /** whether the peer was removed from the mesh: it never votes again */
  removed(peer: PeerId): boolean
  /** who has been dead, or has left, for at least `forMs`, or was removed */
  gone(now: Millis, forMs: Millis): ReadonlySet<PeerId>
  /** whether this life of this peer has heard from a majority of members, itself counted, and none knows a later life of it */
  readonly heardFromMajority: boolean
}
