import type { Admission } from '@souk/custody'
import type { Host } from '@souk/host'
import { decideFit, decideTies, isZoned, overQuota, shapeAs, shapeOf } from '@souk/market'
import type { Baton, Offer, Refusal } from '@souk/wire'
import { mayMove } from './may-move.ts'

/** The facts by which this host admits a baton. */
export interface AdmissionView {
  offer: Offer
  host: Host
  /** for zoned tasks: the word that this host gave for the task still stands */
  hasWord(): boolean
  /** the task would queue here for longer than it takes to find another place */
  crowded(): boolean
  /** why this host is under pressure and takes nothing now; undefined: it is not */
  pressure?: string | undefined
  /** whether this peer may pass on one more task that came to it; counts that task against the budget of moves */
  mayMoveOne(): boolean
}

/**
 * Whether this host takes an awarded baton: take (run or queue it), wait (this peer bears it and the market places it anew) or
 * refuse. A baton that finds no room bounces to its next alternate; without one it queues here if the queue moves fast, and
 * otherwise waits, to be placed anew.
 */
export function decideAdmission(
  baton: Baton,
  { offer, host, hasWord, crowded, pressure, mayMoveOne }: AdmissionView,
): Admission {
  const { record, alternative, alternates, bounces } = baton
  const shape = shapeAs(shapeOf(record.spec), alternative)
  const unfit = decideFit(offer, shape)
  if (unfit) return refuse(unfit)
  if (offer.draining) return refuse({ code: 'draining', never: false, detail: 'it takes no new work' })
  const tied = decideTies(host.ties, shape)
  if (tied) return refuse(tied)
  if (isZoned(shape) && !hasWord())
    return refuse({ code: 'reserved', never: false, detail: 'its place in the zone was not kept for so long' })
  // A task with room reserved here counts against its tenant's quota already.
  const over = host.holds(record.id) ? undefined : overQuota(host.quotas, shape)
  if (over) return refuse(over)
  if (host.queueFull) return refuse({ code: 'queue-full', never: false, detail: `${host.queued} queued` })
  // Room reserved for the task was promised to it, pressure or not.
  if (host.holds(record.id)) return { do: 'take' }
  const movable = mayMove(record.spec, baton)
  if (pressure !== undefined) {
    const passes = alternates.length > 0 && bounces < 2
    if (!passes && movable && mayMoveOne()) return { do: 'wait' }
    return refuse({ code: 'pressure', never: false, detail: pressure })
  }
  if (host.room(shape.request, 1) > 0) return { do: 'take' }
  if (alternates.length > 0 && bounces < 2) return refuse({ code: 'no-room', never: false, detail: 'taken meanwhile' })
  return { do: movable && crowded() && mayMoveOne() ? 'wait' : 'take' }
}

const refuse = (refusal: Refusal): Admission => ({ do: 'refuse', refusal })
