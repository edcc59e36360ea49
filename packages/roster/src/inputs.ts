import type { Millis, WallMillis } from '@souk/kernel'
import type {
  Advert,
  Certificate,
  DemandDigest,
  Incarnation,
  LifeProof,
  Offer,
  PeerId,
  Removal,
  RosterMessage,
} from '@souk/wire'

/** A member as an earlier life of this peer knew it. `advert`: the newest that came, of that incarnation or an earlier one. */
export interface RememberedMember {
  certificate: Certificate
  incarnation: Incarnation
  /** absent: nobody can be shown that there was that life */
  proof?: LifeProof
  advert?: Advert
}

/** What the roster hears. The driver has checked schemas, certificates and all signatures, those of lives included. */
export type RosterInput =
  /** first input of a life; `incarnation` is higher than any this peer id had before */
  | {
      type: 'start'
      wallMs: WallMillis
      incarnation: Incarnation
      /** this peer's own signature for that life */
      proof: LifeProof
      offer: Offer
      certificate: Certificate
      addresses: string[]
      /** members that an earlier life knew: taken for alive and out of reach, until there is news of them */
      known?: RememberedMember[]
      /** peers that an earlier life knew to be removed */
      removed?: Removal[]
    }
  | { type: 'wake' }
  /** the link to a member is open both ways; one link per peer, so `disconnected` of the last one comes before */
  | {
      type: 'connected'
      peer: PeerId
      certificate: Certificate
      incarnation: Incarnation
      /** that peer's signature for this life, from its hello */
      proof: LifeProof
      addresses: string[]
    }
  | { type: 'disconnected'; peer: PeerId }
  | { type: 'message'; from: PeerId; message: RosterMessage }
  /** an advert that came by gossip */
  | { type: 'gossip'; advert: Advert }
  | { type: 'offer'; offer: Offer }
  | { type: 'addresses'; addresses: string[] }
  | { type: 'drain'; on: boolean }
  /** what work this peer has and expects; it travels with the next advert, and causes none */
  | { type: 'demand'; demand: DemandDigest }
  /** this peer leaves: every connected member is told, and nothing is sent afterwards */
  | { type: 'leave' }
  /** an administrator at this peer removes another one; signed with the key of the mesh */
  | { type: 'remove'; removal: Removal }
  /** this peer's own event-loop lag over the last second */
  | { type: 'lag'; lagMs: Millis }
  /** the wall clock was set: it has moved against this peer's monotonic clock */
  | { type: 'wall'; wallMs: WallMillis }
