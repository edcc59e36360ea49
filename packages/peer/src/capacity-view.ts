import type { Host } from '@souk/host'
import type { Auctioneer } from '@souk/market'
import type { Rebalancer } from '@souk/rebalance'
import type { Roster } from '@souk/roster'
import type { CapacityMember, CapacityView, Demand } from '@souk/scaling'
import type { Offer, PeerId } from '@souk/wire'
import { drains } from './drain-view.ts'
import type { LoadTable } from './load-table.ts'

/** The label of a peer that can start others, and that of one that was started so: all members see both. */
export const scalerLabel = 'souk.scaler'
export const scaledLabel = 'souk.scaled'

/**
 * What a member can start others with. Anybody can give itself the label; that it may invite says its certificate, which the
 * mesh has signed: of one that is no admin the label says nothing.
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

/** The mesh as scaling sees it: what each member offers by its advert, and what it has to do by its newest load stamp. */
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
      // What waits in this host's queue is promised already, but has no slot yet.
      const waiting = auctioneer.waiting + host.queued
      const pressed = parts.rebalancer.pressure !== undefined
      const demand = parts.demand.digest
      members.push(memberOf(self, parts.offer, { alive: true, running: host.running, waiting, pressed, demand }))
      return members.sort((a, b) => (a.peer < b.peer ? -1 : 1))
    },
  }
}
