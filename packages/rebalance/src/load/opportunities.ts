import { copiesThatFit, copyVector, type ResourceVector, take } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { Company } from './company.ts'
import { type HostLoad, type LoadFacts, takesWork, type WaitingLot } from './load-facts.ts'

/** Tasks that wait although a host has room for them now. */
export interface Opportunity {
  class: string
  from: PeerId
  to: PeerId
  count: number
  /** the tasks are in the queue of their host, which must give them up; hosts with room ask for other tasks */
  bound: boolean
}

/** more would not tell a reader more */
const opportunitiesMax = 1024

/** Tasks that could start elsewhere now, each once: lots in their order, hosts with the most free slots first. */
export function opportunitiesOf(
  lots: readonly WaitingLot[],
  hosts: ReadonlyMap<PeerId, HostLoad>,
  { free, decideTies }: { free: ReadonlyMap<PeerId, ResourceVector> } & Pick<LoadFacts, 'decideTies'>,
): Opportunity[] {
  const left = new Map([...free].map(([peer, vector]) => [peer, copyVector(vector)]))
  const company = new Company(hosts.values(), decideTies)
  const found: Opportunity[] = []
  for (const lot of lots) {
    const { able, bearer, bound, class: name, count, request } = lot
    if (lot.gang) continue
    let waiting = count
    const inTurn = able
      .filter((peer) => takesWork(hosts.get(peer)!) && !(bound && peer === bearer))
      .sort((a, b) => left.get(b)!.slots - left.get(a)!.slots || (a < b ? -1 : 1))
    for (const to of inTurn) {
      const { gpus } = hosts.get(to)!
      const room = left.get(to)!
      const fit = company.join(lot, to, copiesThatFit(room, request, waiting, gpus))
      if (fit === 0) continue
      for (let i = 0; i < fit; i++) take(room, request, gpus)
      found.push({ class: name, from: bearer, to, count: fit, bound })
      waiting -= fit
      if (found.length === opportunitiesMax) return found
      if (waiting === 0) break
    }
  }
  return found
}
