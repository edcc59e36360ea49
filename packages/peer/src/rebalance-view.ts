import type { Bearer } from '@souk/custody'
import type { Host } from '@souk/host'
import type { Millis } from '@souk/kernel'
import { type Bidder, isTied, shapeOf } from '@souk/market'
import type { HostLoad, LoadFacts, RebalanceView } from '@souk/rebalance'
import type { Roster } from '@souk/roster'
import type { Offer, PeerId, Shape } from '@souk/wire'
import { borneViews } from './drain-view.ts'
import type { LoadTable } from './load-table.ts'
import { queuedLots } from './queued-lots.ts'
import { canRun, roomyHosts } from './roomy-hosts.ts'
import type { TransferRates } from './transfer-rates.ts'

/** lots of the queue that hosts are looked for at a time; later ones have to wait until these are gone */
const lotsMax = 64
/** assumed while no round trip was measured (guess: one site) */
const roundTripMsUnknown = 5
const windowMs = 1_000

/** What a rebalancer looks at. */
interface RebalanceParts {
  readonly self: PeerId
  readonly offer: Offer
  readonly loads: LoadTable
  readonly rates: TransferRates
  readonly roster: Roster
  readonly bearer: Bearer
  readonly host: Host
  readonly bidder: Bidder
}

/** This host's queue, and other hosts with free slots by their load stamps (which tell of nothing but slots). */
export function rebalanceView(parts: RebalanceParts): RebalanceView {
  const { self, host, roster, bearer, bidder } = parts
  return {
    queued: () => host.queued,
    borne: () => borneViews(parts),
    hasRoomElsewhere: (task, now) => {
      const borne = bearer.find(task)
      if (!borne) return false
      const shape = shapeOf(borne.record.spec)
      // What else is at other hosts is not known here, so a tied run might be stopped for nothing.
      if (isTied(shape)) return false
      return roomyHosts(parts, roster.members(), [shape], now).length > 0
    },
    facts: (settleMs, now): LoadFacts => {
      const meanMs = (className: string) => bidder.meanMs(className)
      const queued = queuedLots(movable(parts, { settleMs, now }), { self, meanMs })
      const shapes = queued.slice(0, lotsMax).map(({ shape }) => shape)
      const others = roomyHosts(parts, roster.members(), shapes, now)
      return {
        nowMs: now,
        windowMs,
        hosts: [ownLoad(parts, now), ...others],
        lots: queued.map(({ shape, lot }) => ({ ...lot, able: ableHosts(parts, others, shape) })),
        roundTripMs: roster.rttP95 ?? roundTripMsUnknown,
      }
    },
  }
}

function ownLoad({ self, offer, host, bidder }: RebalanceParts, now: Millis): HostLoad {
  const runs = host.work(offer.capacity.slots, now).flatMap(({ class: name, request, startedMs, allocation }) => {
    const expectedMs = bidder.meanMs(name)
    return allocation ? [{ request, fromMs: startedMs, toMs: undefined, expectedMs }] : []
  })
  return { peer: self, capacity: offer.capacity, gpus: offer.gpus, draining: offer.draining, runs }
}

/** Tasks that have been in the queue for settleMs and may move. */
function* movable(parts: RebalanceParts, { settleMs, now }: { settleMs: Millis; now: Millis }) {
  for (const { task, state, fixed, ending, movable, sinceMs } of borneViews(parts)) {
    if (state === 'queued' && !fixed && !ending && movable && now - sinceMs >= settleMs) yield parts.bearer.find(task)!
  }
}

/** Hosts that could run the shape, also if they had the task before: to them it goes by way of its custodians (`mayGoOn`). */
function ableHosts({ self, offer, roster }: RebalanceParts, others: readonly HostLoad[], shape: Shape): PeerId[] {
  const able = others.flatMap(({ peer }) => (canRun(roster.get(peer)?.advert?.offer, shape) ? [peer] : []))
  return canRun(offer, shape) ? [self, ...able] : able
}
