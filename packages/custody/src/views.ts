import type { Millis } from '@souk/kernel'
import type { Bearer, PeerId } from '@souk/wire'
import type { Keeper } from './rendezvous.ts'

/** What custody must know of the mesh; `peer` supplies it from the roster. */
export interface MeshView {
  /** rises with every change of what follows */
  readonly version: number
  /** members whose certificates stand and that have not left, whatever their role, this one included */
  readonly members: number
  /** those of them that keep custody */
  keepers(): readonly Keeper[]
  /** it can be reached, and was heard from of late */
  fresh(peer: PeerId): boolean
  /** it empties itself, as far as is known (this peer included): others see to what lost its bearer before it does */
  drains(peer: PeerId): boolean
  /** there is a link to it, and it is not known to be gone: it may be slow, but a message may well arrive */
  linked(peer: PeerId): boolean
  /** this very life of it can be reached: it has not vanished, whatever else is wrong */
  lives(bearer: Bearer): boolean
  /** it was removed from the mesh: it never votes again */
  removed(peer: PeerId): boolean
  /** who has been dead, or gone for good, for so long */
  gone(now: Millis, forMs: Millis): ReadonlySet<PeerId>
  /** this life of this peer has heard from a majority of the members, itself counted */
  readonly heardFromMajority: boolean
}
