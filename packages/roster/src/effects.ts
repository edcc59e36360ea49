import type { Advert, Incarnation, PeerId, Removal, RosterMessage } from '@souk/wire'
import type { MemberState } from './life.ts'

/** What the roster asks for, and what it tells the machine around it. */
export type RosterEffect =
  | { type: 'send'; to: PeerId; message: RosterMessage }
  /** the own advert, for gossip; its signature is empty, the driver signs it */
  | { type: 'publish'; advert: Advert }
  /** a member appeared, or changed state or incarnation; `left` also for expiry, removal or own leave */
  | { type: 'memberChanged'; peer: PeerId; state: MemberState; incarnation: Incarnation }
  /** a member's offer, addresses, name or role have changed (a mere heartbeat is no change) */
  | { type: 'advertChanged'; peer: PeerId }
  /** a peer was removed from the mesh, for good; perhaps this one itself */
  | { type: 'removed'; removal: Removal }
