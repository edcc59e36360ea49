import { type Static, Type } from '@sinclair/typebox'
import type { Cost } from '../cost.ts'
import { apiLimits, IsoTime, int, list, PeerIdText, strict, text } from './vocabulary.ts'

const amount = Type.Number({ minimum: 0 })
const spent = { tasks: int(), hours: amount, cost: amount, unused: amount, failed: amount, repeated: amount }
const groups = strict({
  groups: list(strict({ name: text(apiLimits.nameCharsMax), ...spent }), 64),
  others: strict(spent),
})
const way = strict({ cost: amount, workers: Type.Optional(int()), coldStarts: int(), p95WaitMs: amount })

export const CostRequest = strict({
  since: Type.Optional(IsoTime),
  /** 0 to 3,600,000 ms */
  start: Type.Optional(Type.String({ pattern: '^[0-9]{1,7}$' })),
})
export type CostRequest = Static<typeof CostRequest>

export const CostAnswer = Type.Unsafe<Cost>(
  strict({
    at: IsoTime,
    since: IsoTime,
    rates: strict({ cpu: amount, memory: amount, gpu: amount }),
    hosts: strict({ count: int(), priced: int(), perHour: amount, cost: amount }),
    total: strict(spent),
    byClass: groups,
    byTenant: groups,
    byPeer: groups,
    byTask: groups,
    warm: strict({ idleMs: amount, idleCost: amount, coldStarts: int(), coldStartMs: amount, coldStartCost: amount }),
    compared: strict({
      since: Type.Optional(IsoTime),
      startMs: amount,
      classes: int(),
      classesLeft: int(),
      ran: amount,
      p95WaitMs: amount,
      reactive: way,
      fixed: way,
    }),
    truncated: Type.Boolean(),
    missing: list(PeerIdText, 4096),
  }),
)
