import { emptyRequest, hash64, type Millis } from '@souk/kernel'
import { decideFit } from '@souk/market'
import type { HostLoad } from '@souk/rebalance'
import type { Member } from '@souk/roster'
import type { Offer, PeerId, Shape } from '@souk/wire'
import type { LoadTable } from './load-table.ts'
import type { TransferRates } from './transfer-rates.ts'

/** hosts that are enough for the tasks that one look moves */
const hostsMax = 64

/**
 * Other hosts whose load stamps show a free slot and that could run at least one of these shapes, at most hostsMax. Each peer
 * starts at another place among the members, so that not all peers send their work to the same few.
 */
export function roomyHosts(
  { self, loads, rates }: { self: PeerId; loads: LoadTable; rates: TransferRates },
  members: readonly Pick<Member, 'peer' | 'reachable' | 'role' | 'advert'>[],
  shapes: readonly Shape[],
  now: Millis,
): HostLoad[] {
  const roomy: HostLoad[] = []
  const first = hash64(self).lo % Math.max(1, members.length)
  for (let i = 0; i < members.length && roomy.length < hostsMax; i++) {
    const { peer, reachable, role, advert } = members[(first + i) % members.length]!
    const stamp = loads.get(peer)
    const offer = advert?.offer
    if (peer === self || !reachable || !stamp || !offer || (role !== 'host' && role !== 'admin')) continue
    if (stamp.freeSlots === 0 || stamp.draining || offer.draining) continue
    if (!shapes.some((shape) => canRun(offer, shape))) continue
    const { capacity, gpus } = offer
    const taken = Math.max(0, capacity.slots - stamp.freeSlots)
    const runs = Array.from({ length: taken }, () => ({ request: emptyRequest(), fromMs: now, toMs: undefined }))
    roomy.push({ peer, capacity, gpus, draining: false, runs, bytesPerMs: rates.bytesPerMs(peer) })
  }
  return roomy
}

export const canRun = (offer: Offer | undefined, shape: Shape): boolean =>
  offer !== undefined && decideFit(offer, shape) === undefined
