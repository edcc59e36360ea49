import { type Static, Type } from '@sinclair/typebox'
import type { Trace } from '../trace.ts'
import { apiLimits, IsoTime, int, list, PeerIdText, plainRecord, strict, text, when } from './vocabulary.ts'

const optional = Type.Optional
const sinceOf = '[0-9A-Za-z]{1,96}=[0-9]{1,15}'

/** every value of a query is text */
export const TraceRequest = strict({
  /** types or first words of them, separated by commas: `task,auction.closed` */
  kind: optional(Type.String({ pattern: '^[a-zA-Z.]{1,32}(,[a-zA-Z.]{1,32}){0,31}$' })),
  /** an id or its beginning */
  task: optional(Type.String({ pattern: '^[0-9a-z]{3,24}$' })),
  /** name or id */
  peer: optional(text(apiLimits.nameCharsMax, 1)),
  since: optional(when),
  /** for these peers instead of `since`: `PEER=ms,…`, milliseconds of its clock since 1970 */
  sinces: optional(Type.String({ pattern: `^${sinceOf}(,${sinceOf}){0,${apiLimits.traceSincesMax - 1}}$` })),
  until: optional(when),
  /** 1 to 1,024 */
  limit: optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
})
export type TraceRequest = Static<typeof TraceRequest>

export const TraceAnswer = Type.Unsafe<Trace>(
  strict({
    events: list(plainRecord, apiLimits.listedMax),
    total: int(),
    peers: list(strict({ id: PeerIdText, since: IsoTime, at: IsoTime }), 4096),
    missing: list(PeerIdText, 4096),
  }),
)
