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

/** A member as an earlier life knew it. The advert, if there is one, is the newest that came, of that incarnation or before. */
export interface RememberedMember {
  certificate: Certificate
  incarnation: Incarnation
  /** absent: that life cannot be shown to anybody */
  proof?: LifeProof
  advert?: Advert
}

/** What the roster hears. Signatures, also those of lives, certificates and schemas were checked by the driver before. */
export type RosterInput =
  /** first input of a life; `incarnation` is higher than any this peer id had before */
  | {
      type: 'start'
      wallMs: WallMillis
      incarnation: Incarnation
      /** this peer's own word for that life */
      proof: LifeProof
      offer: Offer
      certificate: Certificate
      addresses: string[]
      /** members that an earlier life knew; until somebody hears of them they are alive and out of reach */
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
      /** its word for that life, from its hello */
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
  /** what this peer has and expects of work; it is told with the next advert, and asks for none */
  | { type: 'demand'; demand: DemandDigest }
  /** tells every connected member; nothing is sent afterwards */
  | { type: 'leave' }
  /** somebody with the key of the mesh, at this peer, removes another one */
  | { type: 'remove'; removal: Removal }
  /** this peer's own event-loop lag over the last second */
  | { type: 'lag'; lagMs: Millis }
  /** the wall clock has moved against this peer's own */
  | { type: 'wall'; wallMs: WallMillis }
