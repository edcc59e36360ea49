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

/** `meanMs`: mean duration of what ran here; 0: nothing did */
type Terms = Pick<MarketConfig, 'shortRoundTrips' | 'rttMsUnknown' | 'askAllMax' | 'stampMsMax'> & { meanMs: Millis }

/**
 * Whether a task that came without room here would wait in the queue for longer than it takes to find another place. False
 * if only peers that had it before (`avoid`) could run it: they may not get it again, so outside the queue it would wait
 * behind everything that comes here meanwhile. In a mesh so small that all hosts were asked, true only if another host has
 * said of late that it has room: else the queue is as good a place as any.
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
