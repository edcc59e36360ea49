import { type Static, Type } from '@sinclair/typebox'
import type { Analysis } from '../analysis.ts'
import { apiLimits, IsoTime, int, list, PeerIdText, strict, TaskIdText, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax)
const amount = Type.Number({ minimum: 0 })
const ids = list(TaskIdText, 8)
const groups = list(
  strict({ name, tasks: int(), waiting: int(), running: int(), succeeded: int(), endedOtherwise: int() }),
  64,
)
const holder = strict({ tenant: name, class: name, tasks: int(), amount, ids })
const contention = strict({
  peer: PeerIdText,
  resource: name,
  available: Type.Number(),
  needed: amount,
  holders: list(holder, 16),
})
const conflict = strict({
  class: name,
  tenant: name,
  priority: text(16),
  waiting: int(),
  longestMs: int(),
  ids,
  unfitHosts: int(),
  roomyHosts: int(),
  fullHosts: int(),
  at: list(contention, 16),
})

/** every value of a query is text */
export const AnalysisRequest = strict({
  /** milliseconds, 1,000 to 30 days; default an hour */
  window: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{3,9}$' })),
  /** name or id */
  peer: Type.Optional(text(apiLimits.nameCharsMax, 1)),
})
export type AnalysisRequest = Static<typeof AnalysisRequest>

export const AnalysisAnswer = Type.Unsafe<Analysis>(
  strict({
    at: IsoTime,
    windowMs: int(),
    peer: Type.Optional(PeerIdText),
    tasks: int(),
    truncated: Type.Boolean(),
    missing: list(PeerIdText, 4096),
    byClass: groups,
    byExecutor: groups,
    byTenant: groups,
    byPriority: groups,
    demand: list(
      strict({ resource: name, askedSeconds: amount, running: amount, waiting: amount, capacity: amount }),
      80,
    ),
    arrivals: strict({ from: IsoTime, bucketMs: int(), counts: list(int(), 64), peak: int(), mean: amount }),
    waits: list(
      strict({ class: name, began: int(), p50Ms: int(), p95Ms: int(), waiting: int(), longestMs: int() }),
      64,
    ),
    conflicts: list(conflict, 64),
  }),
)
