import { Type } from '@sinclair/typebox'
import { Refusal } from '../decision.ts'
import { GangKey } from '../gang.ts'
import { limits } from '../limits.ts'
import { int, list, strict } from '../schema.ts'
import { Shape } from './market-messages.ts'

const round = int(2 ** 32)
const count = int(limits.gangSizeMax)

export const gangMessages = {
  /** keep room for as many of these as you can, for a moment: the others are asked as well, and all or none are placed */
  reserve: strict({
    t: Type.Literal('reserve'),
    gang: GangKey,
    round,
    shape: Shape,
    count,
    /** it has waited for long: keep it until it is said again, and add what becomes free; where two are, the older one's */
    patient: Type.Boolean(),
    sinceWallMs: int(),
    /** of a patient one: so many are enough here while it waits; absent: as many as it wants */
    keep: Type.Optional(count),
    /** so long after its start each of them is over, by its timeout; absent: they have none */
    limitMs: Type.Optional(int(2 ** 40, 1)),
    /** of a patient one: by what all hosts said it cannot start sooner; what is over until then may use its room */
    startsInMs: Type.Optional(int(2 ** 40)),
    /** of each of them fewer than three are custodians, as in a quote */
    fewKeep: Type.Optional(Type.Literal(true)),
  }),
  /** so many are kept; offeredMs as in a bid */
  reserved: strict({
    t: Type.Literal('reserved'),
    gang: GangKey,
    round,
    count,
    offeredMs: int(),
    refusal: Type.Optional(Refusal),
    /** its tenant's quota never lets more of them be here at a time; absent: as many as were asked for */
    quotaMost: Type.Optional(count),
    /** to a patient one: how long it takes at most until there is room for one more, for two, and so on; by timeouts */
    laterMs: Type.Optional(list(int(2 ** 40), limits.laterRoomMax)),
    /** an older one is patient here: until that one has its places this one is to keep nothing anywhere while it waits */
    older: Type.Optional(Type.Boolean()),
  }),
  /** room for so many is free, of one that found less when it asked, or is kept for one that is patient; `older` as above */
  freed: strict({ t: Type.Literal('freed'), gang: GangKey, count, older: Type.Optional(Type.Boolean()) }),
  /** what is still kept for it is free again */
  unreserve: strict({ t: Type.Literal('unreserve'), gang: GangKey }),
}
