import { type Static, Type } from '@sinclair/typebox'
import type { HistoryPage } from '../history.ts'
import { TaskLineBody } from './listing.ts'
import { apiLimits, int, list, PeerIdText, strict, text, when } from './vocabulary.ts'

const optional = Type.Optional
const name = text(apiLimits.nameCharsMax, 1)
/** Held against every task of every peer. */
const pattern = text(64, 1)

/** every value of a query is text */
export const HistoryRequest = strict({
  limit: optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
  name: optional(pattern),
  class: optional(pattern),
  tenant: optional(name),
  /** name or id */
  peer: optional(name),
  /** outcome kinds, separated by commas */
  outcome: optional(Type.String({ pattern: '^[a-z]+(,[a-z]+){0,7}$' })),
  priority: optional(Type.String({ pattern: '^(critical|high|medium|low)$' })),
  since: optional(when),
  until: optional(when),
  after: optional(Type.String({ pattern: '^[0-9]{1,15}-[0-9a-hjkmnp-tv-z]{24}$' })),
})
export type HistoryRequest = Static<typeof HistoryRequest>

export const HistoryAnswer = Type.Unsafe<HistoryPage>(
  strict({
    tasks: list(TaskLineBody, apiLimits.listedMax),
    total: int(),
    missing: list(PeerIdText, 4096),
    next: optional(text(64)),
  }),
)
