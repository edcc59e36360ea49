import type { Admission } from '@souk/custody'
import type { Host } from '@souk/host'
import { decideFit, decideTies, isZoned, overQuota, shapeAs, shapeOf } from '@souk/market'
import type { Baton, Offer, Refusal } from '@souk/wire'
import { mayMove } from './may-move.ts'

/** What this host has to answer with. */
export interface AdmissionView {
  offer: Offer
  host: Host
  /** of tasks that its zone has to agree to: this host still stands by its word for it */
  hasWord(): boolean
  /** one task more would wait here for longer than it takes to find another place */
  crowded(): boolean
  /** why it takes nothing now; undefined: it is not under pressure */
  pressure?: string | undefined
  /** this peer may pass on one task more that came to it; it counts */
  mayMoveOne(): boolean
}

/**
 * Whether this host takes an awarded baton. It must be able to, and have room. Without, the baton goes on to its next
 * alternate; the last one keeps it: in its queue where that moves fast, otherwise market places it from here.
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
  // What room is kept for counts already.
  const over = host.holds(record.id) ? undefined : overQuota(host.quotas, shape)
  if (over) return refuse(over)
  if (host.queueFull) return refuse({ code: 'queue-full', never: false, detail: `${host.queued} queued` })
  // What room is kept for was promised it before.
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
