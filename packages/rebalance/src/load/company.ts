import type { PeerId, Ties } from '@souk/wire'
import type { HostLoad, TiesRule, WaitingLot } from './load-facts.ts'

/** What is at each host as far as others must be near or apart from it: now, and once what is planned has come there. */
export class Company {
  readonly #rule: TiesRule
  readonly #there: Map<PeerId, Ties[]>

  constructor(hosts: Iterable<Pick<HostLoad, 'peer' | 'ties'>>, rule: TiesRule = () => undefined) {
    this.#rule = rule
    this.#there = new Map([...hosts].map(({ peer, ties = [] }) => [peer, [...ties]]))
  }

  /** Why one of them may not come there now; undefined: it may. Who is queued there has come already. */
  refusal({ ties, bound, bearer }: WaitingLot, peer: PeerId): string | undefined {
    if (!ties || (bound && bearer === peer)) return undefined
    return this.#rule(this.#there.get(peer) ?? [], ties)?.detail
  }

  /** One after the other comes there, `most` at most, until one may not; returns how many. */
  join(lot: WaitingLot, peer: PeerId, most: number): number {
    const { ties, bound, bearer } = lot
    if (!ties || (bound && bearer === peer)) return most
    const there = this.#there.get(peer) ?? []
    this.#there.set(peer, there)
    let count = 0
    while (count < most && this.refusal(lot, peer) === undefined) {
      there.push(ties)
      count++
    }
    return count
  }
}
