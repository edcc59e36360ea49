import { type Static, Type } from '@sinclair/typebox'
import type { Reweighed } from '../reweigh.ts'
import { apiLimits, choice, dictionary, int, list, PeerIdText, plainRecord, strict } from './vocabulary.ts'

const optional = Type.Optional
const weightMax = 1_000_000

/** one of the two */
export const ReweighBody = strict({
  objective: optional(choice('balanced', 'fast', 'pack', 'spread', 'cheap')),
  weights: optional(dictionary(Type.Number({ minimum: -weightMax, maximum: weightMax }), 16)),
})
export type ReweighBody = Static<typeof ReweighBody>

export const ReweighAnswer = Type.Unsafe<Reweighed>(
  strict({
    weights: dictionary(Type.Number(), 16),
    bids: list(plainRecord, apiLimits.listedMax),
    bidsTotal: int(),
    winner: optional(PeerIdText),
    margin: Type.Number(),
    changed: Type.Boolean(),
  }),
)
