import type { Advert, Incarnation, PeerId, Removal, RosterMessage } from '@souk/wire'
import type { MemberState } from './life.ts'

/** What the roster asks for, and what it tells the machine around it. */
export type RosterEffect =
  | { type: 'send'; to: PeerId; message: RosterMessage }
  /** the own advert with an empty signature: the driver signs it */
  | { type: 'publish'; advert: Advert }
  /** a member appeared, or changed its state or incarnation; also `left` when its certificate expired, or on own leave */
  | { type: 'memberChanged'; peer: PeerId; state: MemberState; incarnation: Incarnation }
  /** what a member offers, or where it is, is no longer what it was (heartbeats do not count) */
  | { type: 'advertChanged'; peer: PeerId }
  /** a peer is no member any more, and never will be again: perhaps this one itself */
  | { type: 'removed'; removal: Removal }
