import { Type } from '@sinclair/typebox'
import { Refusal } from '../decision.ts'
import { GangKey } from '../gang.ts'
import { limits } from '../limits.ts'
import { int, list, strict } from '../schema.ts'
import { Shape } from './market-messages.ts'

const round = int(2 ** 32)
const count = int(limits.gangSizeMax)

export const gangMessages = {
  /** keep room for up to `count` members for a moment: other hosts are asked as well, and all members are placed or none */
  reserve: strict({
    t: Type.Literal('reserve'),
    gang: GangKey,
    round,
    shape: Shape,
    count,
    /** the gang has waited long: keep its room between rounds and add what comes free; of two patient gangs the older gets it */
    patient: Type.Boolean(),
    sinceWallMs: int(),
    /** of a patient gang: places that are enough here between rounds; absent: `count` */
    keep: Type.Optional(count),
    /** each member is over by its timeout this long after its start; absent: not all have a timeout */
    limitMs: Type.Optional(int(2 ** 40, 1)),
    /** of a patient gang: by what all hosts said it cannot start sooner, so tasks that end before may use its room */
    startsInMs: Type.Optional(int(2 ** 40)),
    /** each member has fewer than three custodians, as in a quote */
    fewKeep: Type.Optional(Type.Literal(true)),
  }),
  /** `count` places are kept; offeredMs as in a bid */
  reserved: strict({
    t: Type.Literal('reserved'),
    gang: GangKey,
    round,
    count,
    offeredMs: int(),
    refusal: Type.Optional(Refusal),
    /** most members that the tenant's quota ever allows here at a time; absent: all that were asked for */
    quotaMost: Type.Optional(count),
    /** to a patient gang: until there is room for one more member, for two, and so on, at the latest (by timeouts) */
    laterMs: Type.Optional(list(int(2 ** 40), limits.laterRoomMax)),
    /** an older gang is patient here: until that has its places this gang must not be patient */
    older: Type.Optional(Type.Boolean()),
  }),
  /**
   * news to a gang that found less room than it wanted: `count` places are free now, or kept for it if it is patient; `older`
   * as above
   */
  freed: strict({ t: Type.Literal('freed'), gang: GangKey, count, older: Type.Optional(Type.Boolean()) }),
  /** free what is still kept for this gang */
  unreserve: strict({ t: Type.Literal('unreserve'), gang: GangKey }),
}
