import { type Static, Type } from '@sinclair/typebox'
import { Advert } from '../advert.ts'
import { Incarnation, LifeProof, PeerId } from '../ids.ts'
import { limits } from '../limits.ts'
import { removed } from '../removal.ts'
import { choice, int, list, strict } from '../schema.ts'

/**
 * A rumour about a member, carried by every probe and answer (SWIM). The state is hearsay; the incarnation is not: other than
 * 0 (nobody has met the member) it counts only with the member's own proof, which the driver has checked.
 */
export const MemberUpdate = strict({
  peer: PeerId,
  state: choice('alive', 'suspect', 'dead', 'left'),
  incarnation: Incarnation,
  proof: LifeProof,
  /** refutations within one incarnation: a member that is suspected raises it to deny that */
  denial: int(2 ** 31),
})
export type MemberUpdate = Static<typeof MemberUpdate>

const updates = list(MemberUpdate, limits.updatesMax)
const nonce = int(2 ** 32)

export const rosterMessages = {
  ping: strict({ t: Type.Literal('ping'), nonce, updates }),
  ack: strict({ t: Type.Literal('ack'), nonce, updates }),
  pingReq: strict({ t: Type.Literal('pingReq'), nonce, target: PeerId, updates }),
  /** the helper's answer to pingReq: whether the target answered */
  pingRes: strict({ t: Type.Literal('pingRes'), nonce, target: PeerId, reached: Type.Boolean(), updates }),
  /** anti-entropy: the newest advert known of each peer; the receiver sends newer ones and asks for those that it lacks */
  sync: strict({
    t: Type.Literal('sync'),
    have: list(Type.Tuple([PeerId, Incarnation, int(2 ** 32)]), limits.membersMax),
    reply: Type.Boolean(),
    /** peers that the sender knows to be removed; absent: none */
    removed: Type.Optional(list(PeerId, limits.removalsMax)),
  }),
  removed,
  adverts: strict({ t: Type.Literal('adverts'), adverts: list(Advert, limits.advertsPerMessageMax) }),
  leave: strict({ t: Type.Literal('leave'), incarnation: Incarnation }),
}
