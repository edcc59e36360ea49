import type { Millis } from '@souk/kernel'
import type { PeerId, Shape } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { decideFit } from './fit.ts'
import type { LoadsView, LocalView, MembersView } from './views.ts'

interface Sides {
  members: MembersView
  local: LocalView
  loads: LoadsView
}

/** `meanMs`: of what ran here; 0: nothing did */
type Terms = Pick<MarketConfig, 'shortRoundTrips' | 'rttMsUnknown' | 'askAllMax' | 'stampMsMax'> & { meanMs: Millis }

/**
 * One task more than there is room for would wait here for longer than another place takes to find, as far as is known.
 * Not where nobody else could run it than those who had it before: they must not get it again, and it would wait behind
 * everything that comes to this host meanwhile. In a mesh so small that all were asked only where one of the others said of
 * late to have room: else its queue is as good a place as any.
 */
export function isCrowded(
  { shape, avoid }: { shape: Shape; avoid: readonly PeerId[] },
  { members, local, loads }: Sides,
  { shortRoundTrips, rttMsUnknown, askAllMax, stampMsMax, meanMs }: Terms,
  now: Millis,
): boolean {
  const waitMs = ((local.queued() + 1) * meanMs) / Math.max(1, local.running())
  if (waitMs <= shortRoundTrips * (members.rttP95() ?? rttMsUnknown)) return false
  const candidates = members.candidates()
  const able = candidates.filter(({ peer, reachable, offer }) => {
    return reachable && !avoid.includes(peer) && offer && !decideFit(offer, shape)
  })
  if (candidates.length > askAllMax) return able.length > 0
  return able.some(({ peer }) => {
    const said = loads.free(peer, now)
    return said !== undefined && said.slots >= shape.request.slots && said.ageMs <= stampMsMax
  })
}
