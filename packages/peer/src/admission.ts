import type { Admission } from '@souk/custody'
import type { Host } from '@souk/host'
import { decideFit, decideTies, overQuota, shapeAs, shapeOf } from '@souk/market'
import { type Baton, limits, type Offer, type Refusal } from '@souk/wire'

/** A baton that found no room where it came is placed anew so often (I8). */
const movesMax = 3
/** Handovers that a placement may take: to the one that was chosen, and to its two alternates. */
const handoversMax = 3

/** What this host has to answer with. */
export interface AdmissionView {
  offer: Offer
  host: Host
  /** one task more would wait here for longer than it takes to find another place */
  crowded(): boolean
}

/**
 * Whether this host takes an awarded baton. It must be able to, and have room. Without, the baton goes on to its next
 * alternate; the last one keeps it: in its queue where that moves fast, otherwise market places it from here.
 */
export function decideAdmission(baton: Baton, { offer, host, crowded }: AdmissionView): Admission {
  const { record, alternative, alternates, bounces, moves, path } = baton
  const shape = shapeAs(shapeOf(record.spec), alternative)
  const unfit = decideFit(offer, shape)
  if (unfit) return refuse(unfit)
  if (offer.draining) return refuse({ code: 'draining', never: false, detail: 'it takes no new work' })
  const tied = decideTies(host.ties, shape)
  if (tied) return refuse(tied)
  // What room is kept for counts already.
  const over = host.holds(record.id) ? undefined : overQuota(host.quotas, shape)
  if (over) return refuse(over)
  if (host.queueFull) return refuse({ code: 'queue-full', never: false, detail: `${host.queued} queued` })
  if (host.holds(record.id) || host.room(shape.request, 1) > 0) return { do: 'take' }
  if (alternates.length > 0 && bounces < 2) return refuse({ code: 'no-room', never: false, detail: 'taken meanwhile' })
  // The other members of a gang are on their way to their places.
  const mayMove = !record.spec.gang && moves < movesMax && path.length + handoversMax <= limits.pathMax
  return { do: mayMove && crowded() ? 'wait' : 'take' }
}

const refuse = (refusal: Refusal): Admission => ({ do: 'refuse', refusal })
