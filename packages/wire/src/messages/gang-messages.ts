import { Type } from '@sinclair/typebox'
import { Refusal } from '../decision.ts'
import { GangKey } from '../gang.ts'
import { limits } from '../limits.ts'
import { int, strict } from '../schema.ts'
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
  }),
  /** so many are kept; offeredMs as in a bid */
  reserved: strict({
    t: Type.Literal('reserved'),
    gang: GangKey,
    round,
    count,
    offeredMs: int(),
    refusal: Type.Optional(Refusal),
  }),
  /** what is still kept for it is free again */
  unreserve: strict({ t: Type.Literal('unreserve'), gang: GangKey }),
}
