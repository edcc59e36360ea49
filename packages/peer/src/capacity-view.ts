import type { Host } from '@souk/host'
import type { Auctioneer } from '@souk/market'
import type { Rebalancer } from '@souk/rebalance'
import type { Roster } from '@souk/roster'
import type { CapacityMember, CapacityView, Demand } from '@souk/scaling'
import type { Offer, PeerId } from '@souk/wire'
import { drains } from './drain-view.ts'
import type { LoadTable } from './load-table.ts'

/** Labels in adverts: of a peer that can start other peers, and of a peer that was started by one. */
export const scalerLabel = 'souk.scaler'
export const scaledLabel = 'souk.scaled'

/**
 * The scaler that a member can start other peers with; undefined: it has none. Any peer can give itself the label, but only
 * an admin, by its signed certificate, may invite: without that role the label counts for nothing.
 */
export function scalerOf({ role, offer }: { role: string | undefined; offer?: Offer | undefined }): string | undefined {
  return role === 'admin' ? offer?.labels[scalerLabel] : undefined
}

interface Parts {
  readonly self: PeerId
  readonly offer: Offer
  readonly roster: Roster
  readonly loads: LoadTable
  readonly host: Host
  readonly auctioneer: Auctioneer
  readonly demand: Demand
  readonly rebalancer: Rebalancer
}

/** The mesh as scaling sees it: members' slots by their adverts, their load by their newest load stamps. */
export function capacityView(parts: Parts): CapacityView {
  const { self, roster, loads, host, auctioneer } = parts
  const memberOf = (
    peer: PeerId,
    offer: Offer,
    rest: Pick<CapacityMember, 'alive' | 'running' | 'waiting' | 'pressed' | 'demand'>,
  ) => ({
    peer,
    draining: drains(parts, peer),
    slots: Math.floor(offer.capacity.slots),
    scaler: scalerOf({ role: roster.get(peer)?.role, offer }) !== undefined,
    tag: offer.labels[scaledLabel],
    priceMilli: offer.priceMilli,
    ...rest,
  })
  return {
    members() {
      const members: CapacityMember[] = []
      for (const { peer, reachable, newest, advert } of roster.members()) {
        if (peer === self || newest === undefined) continue
        const { running = 0, waiting = 0, pressed = false } = loads.get(peer) ?? {}
        members.push(
          memberOf(peer, newest.offer, { alive: reachable, running, waiting, pressed, demand: advert?.demand }),
        )
      }
      // Tasks in this host's queue have been placed but have no slot yet, so they count as waiting.
      const waiting = auctioneer.waiting + host.queued
      const pressed = parts.rebalancer.pressure !== undefined
      const demand = parts.demand.digest
      members.push(memberOf(self, parts.offer, { alive: true, running: host.running, waiting, pressed, demand }))
      return members.sort((a, b) => (a.peer < b.peer ? -1 : 1))
    },
  }
}
