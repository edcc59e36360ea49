import type { BodyOf, Reweighed, Routes } from '@souk/client'
import { defaultMarketConfig, replay, weighed, weightsOf } from '@souk/market'
import type { Decision } from '@souk/wire'
import { ApiError } from './api-error.ts'

/** What is known of a task, be it by its keeper or by an export. */
interface Decided {
  record: { id: string }
  decision?: Decision
}

/** The bids of a task's decision with other weights. Throws ApiError 400 `request-invalid`, 409 `not-decided`, `no-bids`. */
export function reweigh(body: BodyOf<Routes['reweigh']>, { decision, record }: Decided): Reweighed {
  const weights = weightsIn(body)
  if (!decision) {
    const message = `task ${record.id} has no decision yet: it came a moment ago, or waits for the next look for room`
    throw new ApiError(409, 'not-decided', message)
  }
  if (decision.bids.length === 0) {
    const message = `task ${record.id} ${decision.winner === undefined ? 'got no bids' : 'was placed without bids'}, so there is nothing to weigh again: ${decision.reason}`
    throw new ApiError(409, 'no-bids', message)
  }
  const { winner, ...again } = replay(decision, weights)
  return { ...again, bidsTotal: decision.bidsTotal, ...(winner === undefined ? {} : { winner }) }
}

function weightsIn({ objective, weights }: BodyOf<Routes['reweigh']>): Record<string, number> {
  if (objective !== undefined && weights === undefined) return weightsOf(objective, defaultMarketConfig)
  if (weights === undefined || objective !== undefined)
    throw new ApiError(400, 'request-invalid', 'needed is either an objective or weights', { path: '' })
  const unknown = Object.keys(weights).find((name) => !(weighed as readonly string[]).includes(name))
  if (unknown === undefined) return weights
  const message = `'${unknown}' is no term of the score; known are ${weighed.join(', ')}`
  throw new ApiError(400, 'request-invalid', message, { path: `/weights/${unknown}` })
}
